import { basename } from 'node:path'
import { TaskFailure } from '../../values/task-failure.ts'
import type { ControllerFile } from '../controller-files.ts'
import { placeParameters } from '../files/attributes/file-parameters.ts'
import { contentOfText } from '../files/content/content.ts'
import { observeDestination, readDestination } from '../files/content/destination.ts'
import { placeFile } from '../files/content/place-file.ts'
import { rendered, TEMPLATE_MARKS, templateParameters } from '../files/content/rendered.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const spec = {
  parameters: {
    ...templateParameters('\n'),
    ...placeParameters,
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'template',
  runsOn: 'host',
  source: { parameter: 'src', folder: 'templates', template: { marks: TEMPLATE_MARKS } },
  documentation: {
    summary: 'Fills in a template on the controller and puts the result on the host.',
    notes: [
      "The template is looked for in `templates/`, then in the playbook's folder.",
      'A template that uses a secret makes a secret file: its text is in no diff, and travels on standard input.',
    ],
    examples: `
- name: configuration of the collector
  template:
    src: prometheus.yml.j2
    dest: /etc/prometheus/prometheus.yml
    owner: prometheus
    mode: '0640'
    validate: promtool check config %s
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of its text',
      md5sum: 'MD5 of its text, when it was written',
      backup_file: 'path of the backup, when one was made',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec,

  async observe(params, context) {
    const file = await context.files.find('templates', params.src)
    // Rendered here as well, so that what is wrong in it is known wherever the task is looked at.
    await rendered(params, file, context)
    return observeDestination(wishOf(params, file, context))
  },

  async *converge(params, answers, context) {
    const file = await context.files.find('templates', params.src)
    const content = contentOfText(await rendered(params, file, context))
    const destination = readDestination(wishOf(params, file, context), answers)
    if (destination.facts.stat?.kind === 'directory')
      throw new TaskFailure(`${destination.facts.path} is a directory`)
    const options = { sourceMode: file.mode, parents: null }
    return yield* placeFile(params, destination, content, options, context)
  },
})

function wishOf(params: Parameters, file: ControllerFile, context: ModuleContext) {
  return { ...params, name: basename(file.path), withText: context.diff }
}
