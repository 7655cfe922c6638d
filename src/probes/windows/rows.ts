import { endOf, saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { strictText } from '../fields.ts'

/**
 * What a probe's PowerShell form printed: fields that each end in NUL, which no name on Windows can hold.
 *
 * @throws TaskFailure when the script failed, or its output was cut or is no sequence of fields
 */
export function windowsFields(output: Output, what: string): string[] {
  if (output.timedOut) throw new TaskFailure(`look at ${what}: timed out`)
  if (output.rc !== 0) throw powerShellFailure(output, `look at ${what}`)
  if (output.truncated)
    throw new TaskFailure(`look at ${what}: the host printed more than the connection takes`)
  const fields = strictText(output.stdout, what).split('\0')
  if (fields.pop() !== '') throw nonsense(what)
  return fields
}

/** The same as rows of so many fields each. @throws TaskFailure also when the number of rows is not `count` */
export function windowsRows(output: Output, what: string, columns: number, count?: number): string[][] {
  const fields = windowsFields(output, what)
  const rows: string[][] = []
  for (let at = 0; at < fields.length; at += columns) rows.push(fields.slice(at, at + columns))
  if (fields.length % columns !== 0 || (count !== undefined && rows.length !== count)) throw nonsense(what)
  return rows
}

function nonsense(what: string): TaskFailure {
  return new TaskFailure(`look at ${what}: the host's answer cannot be read`)
}

/** A whole number that the host said. @throws TaskFailure */
export function windowsNumber(text: string | undefined, what: string): number {
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) throw nonsense(what)
  return Number(text)
}

/** A script that failed: the message of what it threw, without the line behind it that says where. */
export function powerShellFailure(output: Output, what: string, hint?: string): TaskFailure {
  const [message = '', ...rest] = saidOn(output).split('\n[')
  const blocked = rest.join().includes('ScriptContainedMaliciousContent')
  return new TaskFailure(`${what}: ${message === '' ? endOf(output) : message}`, {
    result: { changed: false },
    ...(blocked
      ? { hint: "an antivirus on the host (AMSI) stopped a script: allow muster's scripts there" }
      : hint === undefined
        ? {}
        : { hint }),
  })
}

/** Seconds since 1970 of .NET's ticks of 100 ns since the year 1. */
export function secondsOfTicks(ticks: string, what: string): number {
  windowsNumber(ticks, what)
  return Number((BigInt(ticks) - 621_355_968_000_000_000n) / 100n) / 1e5
}
