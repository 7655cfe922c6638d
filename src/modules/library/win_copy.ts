import { basename } from 'node:path'
import { mapText, revealText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Content, contentOfFile, contentOfText } from '../files/content/content.ts'
import { contentParameter } from '../files/content/content-parameter.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import { observePlace, placeWindowsFile } from '../windows/place.ts'

const spec = {
  parameters: {
    src: { type: 'str', doc: 'File on the controller.' },
    content: { type: 'raw', doc: 'Text of the file; a mapping or list is written as JSON.' },
    dest: { type: 'path', required: true, doc: 'Path on the host; a folder takes the name of src.' },
    backup: { type: 'bool', default: false, doc: 'Keep a copy of the file that is replaced.' },
    force: { type: 'bool', default: true, doc: 'Replace a file that differs.' },
    local_follow: {
      type: 'bool',
      default: true,
      doc: 'For folders, which are not copied: a link to a file is followed either way.',
    },
  },
  mutuallyExclusive: [['src', 'content']],
  requiredOneOf: [['src', 'content']],
} as const satisfies ParameterSpec

export default defineModule({
  name: 'win_copy',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  source: { parameter: 'src', folder: 'files' },
  documentation: {
    summary: 'Puts a file or a text on a Windows host.',
    notes: [
      'Written to a hidden file beside the target, checked and put in its place: the target is never half written, and keeps its access list.',
      'Folders and files that are on the host already (remote_src) are not copied: name the files in a loop.',
    ],
    examples: `
- name: a file
  win_copy: { src: agent.json, dest: 'C:\\ProgramData\\Amazon\\agent.json' }
- name: a text
  win_copy:
    dest: C:\\app\\motd.txt
    content: managed by muster
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of the file',
      size: 'bytes',
      operation: '`file_copy`',
      backup_file: 'path of the backup, when one was made',
    },
  },
  spec,
  async observe(params, context) {
    const { name } = await contentOf(params, context)
    return observePlace(params.dest, name, context.diff)
  },
  async *converge(params, answers, context) {
    const { content, name } = await contentOf(params, context)
    const src = params.src
    const result = src === undefined ? {} : { src, original_basename: mapText(src, (text) => basename(text)) }
    const { backup, force } = params
    return yield* placeWindowsFile(
      { dest: params.dest, name, backup, force, result },
      answers,
      content,
      context,
    )
  },
})

async function contentOf(
  params: ParametersOf<typeof spec>,
  context: ModuleContext,
): Promise<{ readonly content: Content; readonly name: string | null }> {
  const src = params.src
  if (src === undefined)
    return { content: contentOfText(contentParameter(params.content ?? null)), name: null }
  if (textMatches(src, /[\\/]$/))
    throw new TaskFailure('win_copy copies files, no folders', {
      hint: 'name the files in a loop, or use win_unzip',
    })
  return {
    content: await contentOfFile(await context.files.find('files', src)),
    name: basename(revealText(src)),
  }
}
