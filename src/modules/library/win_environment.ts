import { registryValue } from '../../probes/windows/registry.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { mapText, Secret, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Key, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'
import { environmentKey } from '../windows/environment.ts'

export default defineModule({
  name: 'win_environment',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Sets and removes environment variables of a Windows host.',
    notes: [
      'Services see a variable of the machine after their next start at the soonest; a session that is open keeps the old one.',
      'Values are compared without their case, as Ansible does.',
    ],
    examples: `
- name: where the keys are
  win_environment: { name: AWS_REGION, value: eu-central-1, level: machine }
`,
    returns: { before_value: 'what it was', value: 'what it is', values: 'the same of each, with variables' },
  },
  spec: {
    parameters: {
      level: { type: 'str', required: true, choices: ['machine', 'user'], doc: 'Whose variable.' },
      name: { type: 'str', doc: 'The variable.' },
      value: { type: 'str', doc: 'Its value.' },
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        doc: 'Whether it shall be there. Without it: present where value is not empty.',
      },
      variables: { type: 'dict', doc: 'Several at once; an empty value removes one.' },
    },
    mutuallyExclusive: [['name', 'variables']],
    requiredOneOf: [['name', 'variables']],
  },
  observe: (params) => ({
    found: wishes(params).map(({ name }) => registryValue(environmentKey(params.level), name)),
  }),
  async *converge(params, { found }) {
    const all = wishes(params).map((wish, at) => {
      const value = found[at]?.value
      return {
        ...wish,
        before: value?.kind === 'string' || value?.kind === 'expandstring' ? value.data : null,
      }
    })
    if (params.state === 'present' && sameText(params.value ?? '', ''))
      throw new TaskFailure('a variable with an empty value cannot be set', {
        hint: 'state: absent removes it',
      })
    const different = all.filter(
      ({ value, before }) => !sameText(mapText(value ?? '', lower), lower(before ?? '')),
    )
    const result = {
      ...(params.name === undefined
        ? {}
        : { before_value: all[0]?.before ?? null, value: all[0]?.value ?? null }),
      values: new Map(
        all.map((one): [Key, Value] => [String(one.name), dict({ before: one.before, after: one.value })]),
      ),
    }
    if (different.length === 0) return { result }
    const says = `set ${different.map(({ name }) => name).join(', ')} in the environment`
    const level = params.level === 'machine' ? 'Machine' : 'User'
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: result,
      script: ps`foreach($p in ${different.map(({ name, value }) => [name, value])}){
  $x=$p[1]
  if($null -eq $x){$x=[NullString]::Value}
  [Environment]::SetEnvironmentVariable($p[0],$x,${level})
}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result }
  },
})

function wishes(params: {
  readonly name: Text | undefined
  readonly value: Text | undefined
  readonly state: 'present' | 'absent' | undefined
  readonly variables: ReadonlyMap<unknown, unknown> | undefined
}): { readonly name: Text; readonly value: Text | null }[] {
  if (params.variables !== undefined)
    return [...params.variables].map(([name, value]) => {
      const text =
        value instanceof Secret ? value : value === null || value === undefined ? '' : String(value)
      return { name: String(name), value: sameText(text, '') ? null : text }
    })
  const value = params.value ?? ''
  return [{ name: params.name ?? '', value: params.state === 'absent' || sameText(value, '') ? null : value }]
}

function lower(text: string): string {
  return text.toLowerCase()
}
