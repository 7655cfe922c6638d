import { hostFailure } from '../values/host-failure.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { displayText } from '../values/text/visible.ts'
import type { Output } from '../values/transfer.ts'

/** One thing a script said: a name from our script, and bytes from the host. */
export interface Field {
  readonly name: string
  readonly value: Buffer
}

/** The name of a last field whose value reaches to the end of the output, NUL characters and all. */
const REST = 'rest'

/**
 * Reads what an observing script printed: `name NUL value NUL` pairs, so that values may hold anything a file name
 * may hold. A field named `rest` takes all that follows it.
 *
 * @throws TaskFailure when the script failed, its output was cut, or is no sequence of pairs
 */
export function readFields(output: Output, what: string): Field[] {
  if (output.timedOut) throw new TaskFailure(`${what}: timed out`)
  if (output.rc !== 0) throw hostFailure(what, output, { result: { rc: output.rc, changed: false } })
  if (output.truncated) throw new TaskFailure(`${what}: the host printed more than the connection takes`)
  return splitFields(output.stdout, what)
}

/** The pairs in bytes; see {@link readFields}. */
export function splitFields(bytes: Buffer, what: string): Field[] {
  const fields: Field[] = []
  let at = 0
  const next = (): Buffer => {
    const end = bytes.indexOf(0, at)
    if (end === -1) throw new TaskFailure(`${what}: the host's answer cannot be read (it ends in a field)`)
    const value = bytes.subarray(at, end)
    at = end + 1
    return value
  }
  while (at < bytes.length) {
    const name = next().toString('latin1')
    if (!/^[a-z_]{1,32}$/.test(name))
      throw new TaskFailure(`${what}: the host's answer cannot be read (${displayText(name, 80)})`)
    if (name === REST) {
      fields.push({ name, value: bytes.subarray(at) })
      break
    }
    fields.push({ name, value: next() })
  }
  return fields
}

/** The value of the first field of that name; undefined when there is none. */
export function field(fields: readonly Field[], name: string): Buffer | undefined {
  return fields.find((one) => one.name === name)?.value
}

/** The value of a field that must be there, as text. @throws TaskFailure */
export function textField(fields: readonly Field[], name: string): string {
  const value = field(fields, name)
  if (value === undefined)
    throw new TaskFailure(`the host's answer cannot be read (it says nothing of '${name}')`)
  return strictText(value, name)
}

/** A field that must hold digits. @throws TaskFailure */
export function numberField(fields: readonly Field[], name: string): number {
  const text = textField(fields, name)
  if (!/^\d{1,15}$/.test(text))
    throw new TaskFailure(`the host's answer cannot be read ('${name}' is '${displayText(text, 80)}')`)
  return Number(text)
}

/** Bytes as text, refused when they are no UTF-8: a name that was read wrongly must not be written to. */
export function strictText(value: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    throw new TaskFailure(`${what} on the host is not UTF-8: ${displayText(value.toString('latin1'))}`, {
      hint: 'muster handles file names in UTF-8 only; rename the file',
    })
  }
}
