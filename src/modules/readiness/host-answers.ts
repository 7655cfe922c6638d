import { reasonOf } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'

/** One line of what the host's script said: kind, name, text. What a host says is bounded by the script's output. */
export interface HostAnswers {
  /** Texts of a kind without a name, or of the first name. */
  text(kind: string): string | undefined
  /** Name -> text, of a kind. */
  all(kind: string): ReadonlyMap<string, string>
}

/** @throws TaskFailure where the output is of no use */
export function readHostAnswers(output: Output): HostAnswers {
  if (output.timedOut || output.truncated)
    throw new TaskFailure(output.timedOut ? 'the host did not answer in time' : 'the host printed too much', {
      hint: 'a look takes up to 15 seconds where nothing answers; muster_read_timeout is how long it may take',
    })
  const fields = output.stdout.toString('utf8').split('\0')
  const kinds = new Map<string, Map<string, string>>()
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [kind = '', name = '', text = ''] = fields.slice(at, at + 3)
    const names = kinds.get(kind) ?? new Map<string, string>()
    names.set(name, text)
    kinds.set(kind, names)
  }
  if (!kinds.has('clock')) throw new TaskFailure(`the host's answer cannot be read: ${reasonOf(output)}`)
  return {
    text: (kind) => kinds.get(kind)?.values().next().value,
    all: (kind) => kinds.get(kind) ?? new Map(),
  }
}
