import type { RegistryValue } from '../../probes/windows/registry.ts'
import type { PowerShellValue } from '../../shell/powershell/ps.ts'
import { madeFrom, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'

export type RegistryKind = 'none' | 'binary' | 'dword' | 'expandstring' | 'multistring' | 'string' | 'qword'

/** The kinds as .NET's RegistryValueKind spells them. */
export const KIND_NAMES: Readonly<Record<RegistryKind, string>> = {
  none: 'None',
  binary: 'Binary',
  dword: 'DWord',
  expandstring: 'ExpandString',
  multistring: 'MultiString',
  string: 'String',
  qword: 'QWord',
}

/**
 * The data of a task as the value it means, in the words of win_regedit: numbers of dword and qword decimal or `0x…`, as
 * signed or unsigned; binary as a list of numbers, `hex:be,ef` or `be,ef`.
 * @throws TaskFailure for data that the kind cannot hold
 */
export function registryData(kind: RegistryKind, data: Value | undefined): RegistryValue {
  switch (kind) {
    case 'string':
    case 'expandstring':
      return { kind, data: textOf(data) }
    case 'multistring':
      return {
        kind,
        data: Array.isArray(data)
          ? data.map(textOf)
          : data === undefined || data === null
            ? []
            : [textOf(data)],
      }
    case 'dword':
    case 'qword':
      return { kind, data: numberOf(kind, data ?? 0) }
    case 'binary':
    case 'none':
      return { kind, data: bytesOf(data) }
  }
}

function textOf(data: Value | undefined): string {
  if (data instanceof Secret) return data.revealText()
  if (typeof data === 'boolean') return data ? 'True' : 'False'
  return data === undefined || data === null ? '' : String(data)
}

function numberOf(kind: 'dword' | 'qword', data: Value): bigint {
  const text = textOf(data).trim()
  const bits = kind === 'dword' ? 32 : 64
  if (/^(?:0x[0-9a-f]+|-?\d+)$/i.test(text)) {
    const number = BigInt(text)
    if (number < 1n << BigInt(bits) && number >= -(1n << BigInt(bits - 1)))
      return BigInt.asUintN(bits, number)
  }
  throw new TaskFailure(`a ${kind} cannot hold ${JSON.stringify(text)}`, {
    hint: `it is a whole number of ${bits} bits, decimal or 0x and hexadecimal digits`,
  })
}

function bytesOf(data: Value | undefined): Buffer {
  if (data === undefined || data === null) return Buffer.alloc(0)
  if (Array.isArray(data)) {
    const numbers = data.map(Number)
    if (numbers.every((one) => Number.isInteger(one) && one >= 0 && one <= 255)) return Buffer.from(numbers)
  } else {
    const text = textOf(data).replace(/^hex:/i, '')
    if (/^(?:[0-9a-f]{2}(?:,[0-9a-f]{2})*)?$/i.test(text)) return Buffer.from(text.replaceAll(',', ''), 'hex')
  }
  throw new TaskFailure('binary data is a list of numbers up to 255, or hex:be,ef')
}

/** Whether two values are the same: kind and data, texts with their case. */
export function sameRegistryValue(one: RegistryValue | null, other: RegistryValue): boolean {
  if (one === null || one.kind !== other.kind) return false
  return comparable(one) === comparable(other)
}

function comparable({ data }: RegistryValue): string {
  if (Buffer.isBuffer(data)) return data.toString('hex')
  return Array.isArray(data) ? JSON.stringify(data) : String(data)
}

/**
 * The data as a script gets it: a whole number as the signed one that .NET takes.
 * @param given what the task has: texts that are Secrets there are Secrets here
 */
export function registryPayload({ kind, data }: RegistryValue, given: Value | undefined): PowerShellValue {
  if (kind === 'dword') return Number(BigInt.asIntN(32, data))
  if (kind === 'qword') return BigInt.asIntN(64, data).toString()
  if (Array.isArray(data)) {
    const items = Array.isArray(given) ? given : [given]
    return data.map((text, at) => madeFrom(text, [items[at]]))
  }
  return typeof data === 'string' ? madeFrom(data, [given]) : (data as PowerShellValue)
}
