import type { PowerShellText } from '../../shell/powershell/ps.ts'
import type { Output } from '../../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsRows } from './rows.ts'

const kind: ProbeKind<PowerShellText, Output> = {
  name: 'windows script',
  subjects: 'anything',
  key: (script) => JSON.stringify(script.reveal()),
  powershell: {
    alone: true,
    script: ([script]) => script as PowerShellText,
    read: (output) => [output],
  },
}

/** What a script told: by its words, each with the values that it gave for it, in order. */
export type Told = ReadonlyMap<string, readonly string[]>

/**
 * For what has no kind of its own: PowerShell that changes nothing, and tells pairs of a word and a value, each with NUL
 * behind it (`f 'word'; f $value`). It is asked alone, on every look.
 * @param what for messages
 */
export function windowsScript<A>(script: PowerShellText, what: string, read: (told: Told) => A): Probe<A> {
  return probe(kind, script, (output) => {
    const told = new Map<string, string[]>()
    for (const [word = '', value = ''] of windowsRows(output, what, 2)) {
      const known = told.get(word)
      if (known === undefined) told.set(word, [value])
      else known.push(value)
    }
    return read(told)
  })
}

/** The one value of a word; the empty text when it was not told. */
export function one(told: Told, word: string): string {
  return told.get(word)?.[0] ?? ''
}

/** The same, for a script whose whole output is the answer. */
export function rawWindowsScript(script: PowerShellText): Probe<Output> {
  return probe(kind, script)
}
