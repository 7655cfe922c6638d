import { ps } from '../../shell/powershell/ps.ts'
import { revealText, type Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsNumber, windowsRows } from './rows.ts'

interface Question {
  /** Short name of a hive and a path: `HKLM:\SOFTWARE\x`. */
  readonly key: string
  /** The empty text for the default value; null asks for the key alone. */
  readonly name: string | null
}

/** A value of the registry, unexpanded, from the 64-bit view. */
export type RegistryValue =
  | { readonly kind: 'string' | 'expandstring'; readonly data: string }
  | { readonly kind: 'multistring'; readonly data: readonly string[] }
  /** Unsigned. */
  | { readonly kind: 'dword' | 'qword'; readonly data: bigint }
  | { readonly kind: 'binary' | 'none'; readonly data: Buffer }
  | { readonly kind: 'other'; readonly data: null }

export interface RegistryFacts {
  readonly keyExists: boolean
  readonly value: RegistryValue | null
}

const COLUMNS = 3

const kind: ProbeKind<Question, RegistryFacts> = {
  name: 'registry value',
  subjects: ['files', 'units', 'packages'],
  key: ({ key, name }) => `${key.toLowerCase()}\0${name === null ? '' : `=${name.toLowerCase()}`}`,
  powershell: {
    // Binary and lists as hexadecimal digits: their parts may hold anything.
    script: (questions) => ps`foreach($p in ${questions.map(({ key, name }) => [key, name])}){
  try{
    $k=m_key $p[0]
    if($null -eq $k){f 'n';f '';f '';continue}
    if($null -eq $p[1]){f 'k';f '';f '';$k.Dispose();continue}
    $v=$k.GetValue($p[1],$null,'DoNotExpandEnvironmentNames')
    if($null -eq $v){f 'k';f '';f '';$k.Dispose();continue}
    $y="$($k.GetValueKind($p[1]))"
    $k.Dispose()
    f 'v'
    f $y
    if($v -is [byte[]]){f ([BitConverter]::ToString($v))}
    elseif($v -is [string[]]){f (($v|ForEach-Object{[BitConverter]::ToString([Text.Encoding]::Unicode.GetBytes($_))+'.'}) -join '')}
    else{f $v}
  }catch{f '!';f $_.Exception.Message;f ''}
}`,
    read: (output, questions) =>
      windowsRows(output, 'the registry', COLUMNS, questions.length).map(
        ([flag, type = '', data = ''], at) => {
          if (flag === '!') return new TaskFailure(`cannot read ${questions[at]?.key}: ${type}`)
          return { keyExists: flag !== 'n', value: flag === 'v' ? dataOf(type, data) : null }
        },
      ),
  },
}

function dataOf(type: string, data: string): RegistryValue {
  const bytes = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex')
  switch (type) {
    case 'String':
      return { kind: 'string', data }
    case 'ExpandString':
      return { kind: 'expandstring', data }
    case 'MultiString':
      return {
        kind: 'multistring',
        data: data
          .split('.')
          .slice(0, -1)
          .map((item) => bytes(item).toString('utf16le')),
      }
    case 'DWord':
    case 'QWord': {
      windowsNumber(data, 'the registry')
      const bits = type === 'DWord' ? 32 : 64
      return { kind: type === 'DWord' ? 'dword' : 'qword', data: BigInt.asUintN(bits, BigInt(data)) }
    }
    case 'Binary':
      return { kind: 'binary', data: bytes(data) }
    case 'None':
      return { kind: 'none', data: bytes(data) }
    default:
      return { kind: 'other', data: null }
  }
}

/** A value of a key, `''` for the default one; null for the key alone. */
export function registryValue(key: string | Secret, name: string | Secret | null): Probe<RegistryFacts> {
  return probe(kind, { key: revealText(key), name: name === null ? null : revealText(name) })
}
