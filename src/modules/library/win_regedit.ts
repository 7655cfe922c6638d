import { registryValue } from '../../probes/windows/registry.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { mapText, sameText } from '../../values/secret.ts'
import { defineModule } from '../module.ts'
import { KIND_NAMES, registryData, registryPayload, sameRegistryValue } from '../windows/registry-data.ts'

export default defineModule({
  name: 'win_regedit',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Sets and removes keys and values of the Windows registry.',
    notes: [
      'Always the 64-bit view. `HKCU:` is the registry of the login user.',
      '`state: absent` without a name removes the key with all below it.',
      'Values are compared as they are written, unexpanded and with their case.',
    ],
    examples: `
- name: a proxy for one service
  win_regedit:
    path: HKLM:\\SYSTEM\\CurrentControlSet\\Services\\AmazonSSMAgent
    name: Environment
    type: multistring
    data: ['https_proxy=http://proxy:3128']
`,
    returns: {
      data_changed: 'whether the data of a value was changed',
      data_type_changed: 'whether its kind was changed',
    },
  },
  spec: {
    parameters: {
      path: {
        type: 'str',
        required: true,
        aliases: ['key'],
        doc: 'The key: `HKLM:\\\\…`, `HKCU:`, `HKCR:`, `HKCC:`, `HKU:`.',
      },
      name: {
        type: 'str',
        aliases: ['entry', 'value'],
        doc: 'The value; without it, with data, the default value; without both the key alone.',
      },
      data: { type: 'raw', doc: 'What it holds.' },
      type: {
        type: 'str',
        default: 'string',
        choices: ['none', 'binary', 'dword', 'expandstring', 'multistring', 'string', 'qword'],
        aliases: ['datatype'],
        doc: 'Kind of the value.',
      },
      state: {
        type: 'str',
        default: 'present',
        choices: ['present', 'absent'],
        doc: 'Whether it shall be there.',
      },
      delete_key: {
        type: 'bool',
        default: true,
        doc: 'With absent and no name: remove the key; else its default value.',
      },
    },
  },
  observe: ({ path, name, data, state, delete_key }) => {
    const keyAlone =
      name === undefined && (state === 'absent' ? delete_key : data === undefined || data === null)
    return { found: registryValue(mapText(path, keyOf), keyAlone ? null : (name ?? '')) }
  },
  async *converge({ path, name, data, type, state, delete_key }, { found }) {
    const key = mapText(path, keyOf)
    const value = name
    const says = `${state === 'absent' ? 'remove' : 'set'} ${key}${value === undefined ? '' : ` ${sameText(value, '') ? '(default)' : value}`}`
    const change = { kind: 'run', says, touches: ['files', 'units'] } as const
    if (state === 'absent') {
      const gone = value === undefined && delete_key ? !found.keyExists : found.value === null
      if (gone) return { result: { data_changed: false, data_type_changed: false } }
      const output = yield {
        ...change,
        script:
          value === undefined && delete_key
            ? ps`$p=${key};$i=$p.LastIndexOf('\')
if($i -lt 6){throw 'a hive cannot be removed'}
$k=m_key $p.Substring(0,$i) $true
$k.DeleteSubKeyTree($p.Substring($i+1),$false)
$k.Dispose()`
            : ps`$k=m_key ${key} $true;$k.DeleteValue(${value ?? ''},$false);$k.Dispose()`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: { data_changed: false, data_type_changed: false } }
    }
    const keyAlone = value === undefined && (data === undefined || data === null)
    if (keyAlone) {
      if (found.keyExists) return { result: { data_changed: false, data_type_changed: false } }
      const output = yield { ...change, script: ps`(m_new_key ${key}).Dispose()` }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: { data_changed: false, data_type_changed: false } }
    }
    const wanted = registryData(type, data)
    const had = found.value
    if (sameRegistryValue(had, wanted)) return { result: { data_changed: false, data_type_changed: false } }
    const payload = registryPayload(wanted, data)
    const output = yield {
      ...change,
      script: ps`$k=m_new_key ${key}
m_set_value $k ${value ?? ''} ${payload} ${KIND_NAMES[type]}
$k.Dispose()`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    const kindChanged = had !== null && had.kind !== wanted.kind
    return { result: { data_changed: had !== null, data_type_changed: kindChanged } }
  },
})

/** With a backslash behind the hive, whatever stands there, and none at the end. */
function keyOf(path: string): string {
  return path
    .replace(/^(HK[A-Z]+):?[\\/]?/i, (_, hive: string) => `${hive.toUpperCase()}:\\`)
    .replaceAll('/', '\\')
    .replace(/\\$/, '')
}
