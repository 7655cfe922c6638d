import { basename } from 'node:path'
import { contentOfText } from '../files/content/content.ts'
import { rendered, TEMPLATE_MARKS, templateParameters } from '../files/content/rendered.ts'
import { defineModule } from '../module.ts'
import { observePlace, placeWindowsFile } from '../windows/place.ts'

export default defineModule({
  name: 'win_template',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  source: { parameter: 'src', folder: 'templates', template: { marks: TEMPLATE_MARKS } },
  documentation: {
    summary: 'Fills in a template on the controller and puts the result on a Windows host.',
    notes: ['Lines end in CR LF unless newline_sequence says otherwise; the file is UTF-8 without a mark.'],
    examples: `
- name: configuration of the collector
  win_template:
    src: prometheus.yml.j2
    dest: C:\\ProgramData\\muster\\prometheus\\prometheus.yml
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of its text',
      size: 'bytes',
      backup_file: 'path of the backup, when one was made',
    },
  },
  spec: {
    parameters: {
      dest: { type: 'path', required: true, doc: 'Path on the host.' },
      backup: { type: 'bool', default: false, doc: 'Keep a copy of the file that is replaced.' },
      force: { type: 'bool', default: true, doc: 'Replace a file that differs.' },
      ...templateParameters('\r\n'),
    },
  },
  async observe(params, context) {
    const file = await context.files.find('templates', params.src)
    await rendered(params, file, context)
    return observePlace(params.dest, basename(file.path).replace(/\.j2$/, ''), context.diff)
  },
  async *converge(params, answers, context) {
    const file = await context.files.find('templates', params.src)
    const content = contentOfText(await rendered(params, file, context))
    const { backup, force } = params
    const name = basename(file.path).replace(/\.j2$/, '')
    const result = { src: params.src, original_basename: basename(file.path) }
    return yield* placeWindowsFile(
      { dest: params.dest, name, backup, force, result },
      answers,
      content,
      context,
    )
  },
})
