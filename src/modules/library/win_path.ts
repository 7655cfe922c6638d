import { registryValue } from '../../probes/windows/registry.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { madeFrom, revealText, sameText } from '../../values/secret.ts'
import { defineModule } from '../module.ts'
import { environmentKey } from '../windows/environment.ts'

export default defineModule({
  name: 'win_path',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Puts folders into a variable such as PATH on a Windows host, or takes them out.',
    notes: ['Compared without quotes, a backslash at the end, and case. Variables in it stay unexpanded.'],
    examples: `
- name: tools are found
  win_path: { elements: ['C:\\Program Files\\Tools'] }
`,
    returns: { path_value: 'the whole variable' },
  },
  spec: {
    parameters: {
      elements: { type: 'list', elements: 'str', required: true, doc: 'The folders, in order.' },
      name: { type: 'str', default: 'PATH', doc: 'The variable.' },
      scope: { type: 'str', default: 'machine', choices: ['machine', 'user'], doc: 'Whose variable.' },
      state: {
        type: 'str',
        default: 'present',
        choices: ['present', 'absent'],
        doc: 'Whether they shall be there.',
      },
    },
  },
  observe: ({ name, scope }) => ({ found: registryValue(environmentKey(scope), name) }),
  async *converge({ elements, name, scope, state }, { found }) {
    const data = found.value?.data
    const have = typeof data === 'string' ? data.split(';').filter((part) => part !== '') : []
    const wanted = elements.map((element) => revealText(element))
    const keys = new Set(wanted.map(same))
    const rest = have.filter((part) => !keys.has(same(part)))
    const places = wanted.map((element) => have.findIndex((part) => same(part) === same(element)))
    const inOrder = places.every(
      (place, at) => place !== -1 && (at === 0 || place > (places[at - 1] as number)),
    )
    const next =
      state === 'absent'
        ? rest
        : inOrder
          ? have
          : places.includes(-1) && places.every((place) => place === -1)
            ? [...have, ...wanted]
            : [...rest, ...wanted]
    const path_value = madeFrom(next.join(';'), elements)
    if (sameText(path_value, have.join(';'))) return { result: { path_value } }
    const says = `change ${name}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: { path_value },
      diff: [{ header: String(name), before: have.join('\n'), after: madeFrom(next.join('\n'), elements) }],
      // The registry keeps it expandable, which the function for environment variables would not; a second write of a
      // variable of our own tells the programs that listen.
      script: ps`$k=m_new_key ${environmentKey(scope)}
$k.SetValue(${name},${path_value},'ExpandString')
$k.Dispose()
[Environment]::SetEnvironmentVariable('muster_told',[NullString]::Value,${scope === 'machine' ? 'Machine' : 'User'})`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: { path_value } }
  },
})

function same(part: string): string {
  return part.replaceAll('"', '').replace(/\\$/, '').toLowerCase()
}
