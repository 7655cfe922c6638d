import { sh } from '../shell/sh.ts'
import { hostFailure } from '../values/host-failure.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath, type HostPath, pathKey, shownPath } from './expand-path.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

interface Question {
  readonly path: HostPath
  readonly limit: number
}

/** What a file holds, links followed, and which file that was. */
export type FileContent =
  | {
      readonly kind: 'file'
      readonly bytes: Buffer
      /** Device and inode of the file that was read, as `Stat.identity`. */
      readonly identity: string
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-file' }
  | { readonly kind: 'unreadable' }
  /** It has more bytes than the limit. */
  | { readonly kind: 'large' }

const STATES: Readonly<Record<number, FileContent>> = {
  91: { kind: 'missing' },
  92: { kind: 'no-file' },
  93: { kind: 'unreadable' },
}

const kind: ProbeKind<Question, FileContent> = {
  name: 'content',
  subjects: ['files', 'accounts'],
  key: ({ path, limit }) => `${limit} ${pathKey(path)}`,
  posix: {
    alone: true,
    // The file is opened once: what is read and what its identity tells of are the same, whatever its name stands for by then.
    script: ([question]) => {
      const { path, limit } = question as Question
      return sh`${assignPath('m_p', path)}
m_state() { return "$1"; }
if [ ! -e "$m_p" ]; then m_state 91
elif [ ! -f "$m_p" ]; then m_state 92
elif [ ! -r "$m_p" ]; then m_state 93
else { LC_ALL=C stat -L -c %d:%i -- /proc/self/fd/0 && head -c ${limit + 1}; } <"$m_p"; fi`
    },
    read: (output, [question]) => [readContent(output, question as Question)],
  },
}

/**
 * The bytes of a file at a path of type path, and its identity, so that a module which writes them back can tell that
 * they are of the file whose owner and mode it was told. Two processes.
 * @param limit bytes; a file that has more is `large`. At most 1,000,000, for it has to fit into an answer.
 */
export function content(path: HostPath, limit: number): Probe<FileContent> {
  return probe(kind, { path, limit })
}

function readContent(output: Output, { path, limit }: Question): FileContent | TaskFailure {
  const end = output.stdout.indexOf(0x0a)
  if (output.rc === 0) {
    const identity = output.stdout.subarray(0, Math.max(end, 0)).toString('latin1')
    if (!/^\d{1,20}:\d{1,20}$/.test(identity))
      return new TaskFailure(`cannot read ${shownPath(path)}: the host's answer cannot be read`)
    const bytes = output.stdout.subarray(end + 1)
    return output.truncated || bytes.length > limit ? { kind: 'large' } : { kind: 'file', bytes, identity }
  }
  const state = output.rc === null ? undefined : STATES[output.rc]
  if (state !== undefined) return state
  return hostFailure(`cannot read ${shownPath(path)}`, output)
}
