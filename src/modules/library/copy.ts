import { basename } from 'node:path'
import { mapProbe, type Probe } from '../../probes/probe.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Content } from '../files/content.ts'
import { contentOfFile, contentOfText } from '../files/content.ts'
import { contentParameter } from '../files/content-parameter.ts'
import { convergeRemoteCopy, observeRemoteCopy, type RemoteCopy } from '../files/copy-remote.ts'
import { convergeTree, observeTree, type TreeState } from '../files/copy-tree.ts'
import { type Destination, observeDestination } from '../files/destination.ts'
import { placeParameters } from '../files/file-parameters.ts'
import { placeFile } from '../files/place-file.ts'
import { plain } from '../host/text.ts'
import { type ControllerFile, type ControllerTree, defineModule, type ModuleContext } from '../module.ts'

type State =
  | {
      readonly kind: 'file'
      readonly destination: Destination
      readonly content: Content
      readonly mode?: number
    }
  | { readonly kind: 'tree'; readonly tree: TreeState }
  | { readonly kind: 'remote'; readonly remote: RemoteCopy }

export default defineModule({
  name: 'copy',
  runsOn: 'host',
  documentation: {
    summary: 'Puts a file, a tree of files or a text on the host.',
    notes: [
      'Written to a hidden file beside the target, checked, synced and renamed: the target is never half written.',
      'Owner, mode and extended attributes of a file that is replaced stay, unless the task names others.',
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
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of the file',
      md5sum: 'MD5 of the file, when it was written',
      backup_file: 'path of the backup, when one was made',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec: {
    parameters: {
      src: { type: 'str', doc: 'File or folder on the controller (or on the host, with remote_src).' },
      content: { type: 'raw', doc: 'Text of the file; a mapping or list is written as JSON.' },
      ...placeParameters,
      directory_mode: { type: 'mode', doc: 'Mode of directories that have to be made.' },
      remote_src: { type: 'bool', default: false, doc: 'src is on the host.' },
      local_follow: {
        type: 'bool',
        default: true,
        doc: 'Copy what links in a folder lead to, not the links.',
      },
      checksum: { type: 'str', doc: 'SHA-1 that the content must have.' },
    },
    mutuallyExclusive: [['src', 'content']],
  },

  async observe(params, context): Promise<{ state: Probe<State> }> {
    const { content } = params
    const src = plain(params.src)
    if (content !== undefined && content !== null)
      return {
        state: observeFile(params, contentOfText(contentParameter(content)), null, undefined, context),
      }
    if (src === undefined) throw new TaskFailure('src (or content) is required')
    if (params.remote_src) {
      return { state: mapProbe(observeRemoteCopy(src, params), (remote) => ({ kind: 'remote', remote })) }
    }
    const found = await findSource(src, context)
    if ('directories' in found) {
      const tree = await observeTree(src, found, params, context)
      return { state: mapProbe(tree, (read) => ({ kind: 'tree', tree: read })) }
    }
    const bytes = await contentOfFile(found)
    return { state: observeFile(params, bytes, basename(src), found.mode, context) }
  },

  async *converge(params, { state }, context) {
    if (state.kind === 'remote') return yield* convergeRemoteCopy(params, state.remote, context)
    if (state.kind === 'tree') return yield* convergeTree(params, state.tree, context)
    const { destination, content } = state
    const withoutName = params.content !== undefined && params.content !== null
    if (withoutName && destination.intoDirectory)
      throw new TaskFailure('can not use content with a dir as dest', { hint: 'name the file in dest' })
    if (destination.facts.stat?.kind === 'directory')
      throw new TaskFailure(`${destination.facts.path} is a directory`)
    return yield* placeFile(
      params,
      destination,
      content,
      {
        sourceMode: state.mode,
        // A slash at the end says that dest is a directory, so that it may be made.
        parents: params.dest.endsWith('/') ? { mode: params.directory_mode } : null,
        checksum: plain(params.checksum),
      },
      context,
    )
  },
})

function observeFile(
  params: Parameters<typeof placeFile>[0] & Pick<Parameters<typeof observeDestination>[0], 'owner' | 'group'>,
  content: Content,
  name: string | null,
  mode: number | undefined,
  context: ModuleContext,
): Probe<State> {
  const destination = observeDestination({
    dest: params.dest,
    owner: params.owner,
    group: params.group,
    name,
    withText: context.diff && !content.secret,
  })
  return mapProbe(destination, (place) => ({
    kind: 'file',
    destination: place,
    content,
    ...(mode === undefined ? {} : { mode }),
  }))
}

/** A file, or a folder where no file has that name. @throws TaskFailure naming the places searched */
async function findSource(src: string, context: ModuleContext): Promise<ControllerFile | ControllerTree> {
  if (src.endsWith('/')) return context.files.findTree('files', src)
  try {
    return await context.files.find('files', src)
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    // Where there is no such folder either, the file's failure says more: it may be there and refused.
    return context.files.findTree('files', src).catch(() => Promise.reject(error))
  }
}
