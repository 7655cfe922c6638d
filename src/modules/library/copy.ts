import { basename } from 'node:path'
import type { AnswersOf } from '../../probes/probe.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type ControllerFile, type ControllerTree, NotFound } from '../controller-files.ts'
import { placeParameters } from '../files/attributes/file-parameters.ts'
import { type Content, contentOfFile, contentOfText } from '../files/content/content.ts'
import { contentParameter } from '../files/content/content-parameter.ts'
import { observeDestination, readDestination } from '../files/content/destination.ts'
import { placeFile } from '../files/content/place-file.ts'
import { convergeRemoteCopy, observeRemoteCopy, type RemoteAnswers } from '../files/trees/copy-remote.ts'
import { convergeTree, observeTree, wholeTree } from '../files/trees/copy-tree.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

/** What shall be copied: a text or file, a folder, or something that is on the host. */
type Source =
  | {
      readonly kind: 'file'
      readonly content: Content
      readonly name: string | null
      readonly mode: number | undefined
    }
  | { readonly kind: 'tree'; readonly src: string; readonly tree: ControllerTree }
  | { readonly kind: 'remote'; readonly src: string }

const spec = {
  parameters: {
    src: { type: 'str', doc: 'File or folder on the controller (or on the host, with remote_src).' },
    content: { type: 'raw', doc: 'Text of the file; a mapping or list is written as JSON.' },
    ...placeParameters,
    directory_mode: { type: 'mode', doc: 'Mode of directories that have to be made.' },
    remote_src: { type: 'bool', default: false, doc: 'src is a file or folder on the host.' },
    local_follow: {
      type: 'bool',
      doc: 'Copy what links in a folder lead to, not the links. Default: yes, and no with remote_src.',
    },
    checksum: { type: 'str', doc: 'SHA-1 that the content must have.' },
  },
  mutuallyExclusive: [['src', 'content']],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'copy',
  runsOn: 'host',
  source: { parameter: 'src', folder: 'files' },
  documentation: {
    summary: 'Puts a file, a tree of files or a text on the host.',
    notes: [
      'Written to a hidden file beside the target, checked, synced and renamed: the target is never half written.',
      'Owner, mode and extended attributes of a file that is replaced stay, unless the task names others.',
      'With remote_src a folder keeps the modes and times of its files and directories: mode is that of the folder itself, directory_mode that of directories on the way to it, and owner and group are those of what is copied. Other files that are there stay as they are. With force: no, a folder that is there stays as it is.',
      'A copy on the host by remote_src gets the setuid or setgid bit of its source only when it belongs to the same user.',
      'A secret content is in no diff and no command line.',
    ],
    examples: `
- name: a file
  copy: { src: agent.json, dest: /etc/amazon/ssm/agent.json, mode: '0600' }
- name: a text
  copy:
    dest: /etc/motd
    content: "managed by muster\\n"
- name: all files of a folder
  copy: { src: rules/, dest: /etc/prometheus/rules/ }
- name: a folder of the host
  copy: { src: /etc/prometheus, dest: /var/backups/, remote_src: yes }
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of the file',
      md5sum: 'MD5 of the file, when it was written',
      backup_file: 'path of the backup, when one was made',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec,

  async observe(params, context) {
    const source = await sourceOf(params, context)
    if (source.kind === 'remote') return observeRemoteCopy(source.src, params)
    if (source.kind === 'tree') return observeTree(source.src, source.tree, params)
    return observeDestination(wishOf(params, source.name, context))
  },

  async *converge(params, answers, context) {
    const source = await sourceOf(params, context)
    if (source.kind === 'remote')
      return yield* convergeRemoteCopy(source.src, params, answers as RemoteAnswers, context)
    if (source.kind === 'tree' && params.checksum !== undefined)
      throw new TaskFailure('checksum is that of a file, and src is a folder', {
        hint: 'leave checksum out, or copy the file by itself',
      })
    if (source.kind === 'tree')
      return yield* convergeTree(source.tree, params, answers as TreeAnswers, context)
    const { content, name, mode } = source
    const destination = readDestination(wishOf(params, name, context), answers as FileAnswers)
    if (name === null && destination.intoDirectory)
      throw new TaskFailure('can not use content with a dir as dest', { hint: 'name the file in dest' })
    if (destination.facts.stat?.kind === 'directory')
      throw new TaskFailure(`${destination.facts.path} is a directory`)
    return yield* placeFile(
      params,
      destination,
      content,
      {
        sourceMode: mode,
        // A slash at the end says that dest is a directory, so that it may be made.
        parents: params.dest.endsWith('/') ? { mode: params.directory_mode } : null,
        checksum: params.checksum,
      },
      context,
    )
  },
})

type FileAnswers = AnswersOf<ReturnType<typeof observeDestination>>
type TreeAnswers = AnswersOf<ReturnType<typeof observeTree>>

function wishOf(params: Parameters, name: string | null, context: ModuleContext) {
  return { ...params, name, withText: context.diff }
}

/** Files of the controller are read once, however often they are looked for. @throws TaskFailure naming the places searched */
async function sourceOf(params: Parameters, context: ModuleContext): Promise<Source> {
  const { content } = params
  const src = revealText(params.src)
  if (content !== undefined && content !== null) {
    const text = contentOfText(contentParameter(content))
    return { kind: 'file', content: text, name: null, mode: undefined }
  }
  if (src === undefined) throw new TaskFailure('src (or content) is required')
  if (params.remote_src) return { kind: 'remote', src }
  const found = await findSource(src, context)
  if ('directories' in found) return { kind: 'tree', src, tree: await wholeTree(found, params, context) }
  return { kind: 'file', content: await contentOfFile(found), name: basename(src), mode: found.mode }
}

/** A file, or a folder where no file has that name. @throws TaskFailure naming the places searched */
async function findSource(src: string, context: ModuleContext): Promise<ControllerFile | ControllerTree> {
  if (src.endsWith('/')) return context.files.findTree('files', src)
  try {
    return await context.files.find('files', src)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return context.files.findTree('files', src)
  }
}
