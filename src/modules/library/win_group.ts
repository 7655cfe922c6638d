import { powerShellFailure } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, isDict, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'
import { LOCAL_ACCOUNTS, memberChange, membersOf } from '../windows/accounts/local-accounts.ts'

const VERBS = ['add', 'remove', 'set'] as const

export default defineModule({
  name: 'win_group',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Makes and removes local groups of a Windows host.',
    notes: ['A group is never renamed.'],
    examples: `
- name: readers
  win_group: { name: log readers, description: may read logs, members: { add: [S-1-5-20] } }
`,
    returns: { sid: 'of the group' },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'The group.' },
      description: { type: 'str', doc: 'What it is for.' },
      state: {
        type: 'str',
        default: 'present',
        choices: ['present', 'absent'],
        doc: 'Whether it shall be there.',
      },
      members: { type: 'dict', doc: 'Lists of accounts: `add`, `remove`, or `set` (these and no others).' },
    },
  },
  observe: ({ name, members }) => {
    const wanted = wishes(members)
    return {
      group: windowsScript(
        ps`${LOCAL_ACCOUNTS}
$g=m_local ${name} 'group'
if($null -ne $g){
  f 'sid'
  f (m_sid (m_value_of $g 'ObjectSid'))
  f 'description'
  f (m_value_of $g 'Description')
  if(${wanted !== undefined}){foreach($s in m_members $g){f 'member';f "$s $(m_called $s)"}}
}
foreach($p in ${VERBS.map((verb) => [verb, wanted?.[verb] ?? []])}){foreach($n in $p[1]){$s=m_who $n;f $p[0];f "$s $(m_called $s)"}}`,
        'a group',
        (told) => ({
          sid: one(told, 'sid'),
          description: one(told, 'description'),
          members: membersOf(told.get('member')),
          wanted: {
            add: membersOf(told.get('add')),
            remove: membersOf(told.get('remove')),
            ...(wanted?.set === undefined ? {} : { only: membersOf(told.get('set')) }),
          },
        }),
      ),
    }
  },
  async *converge({ name, description, state }, { group }) {
    const there = group.sid !== ''
    const touches = ['accounts'] as const
    if (state === 'absent') {
      if (!there) return { result: {} }
      const says = `remove the group ${name}`
      const output = yield {
        kind: 'run',
        says,
        touches,
        script: ps`${LOCAL_ACCOUNTS}
(m_computer).psbase.Children.Remove((m_local ${name} 'group'))`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: {} }
    }
    const { added, removed } = memberChange(group.members, group.wanted)
    const told = description !== undefined && !sameText(description, group.description)
    if (there && !told && added.length + removed.length === 0) return { result: { sid: group.sid } }
    const says = there ? `change the group ${name}` : `make the group ${name}`
    const output = yield {
      kind: 'run',
      says,
      touches,
      predicted: { sid: there ? group.sid : null },
      script: ps`${LOCAL_ACCOUNTS}
$g=m_local ${name} 'group'
if($null -eq $g){$g=(m_computer).psbase.Children.Add(${name},'group');$g.psbase.CommitChanges()}
if(${told}){$g.psbase.Properties['Description'].Value=${description ?? ''};$g.psbase.CommitChanges()}
foreach($s in ${added.map(({ sid }) => sid)}){m_member $g 'Add' $s}
foreach($s in ${removed.map(({ sid }) => sid)}){m_member $g 'Remove' $s}
w (m_sid (m_value_of $g 'ObjectSid'))`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: { sid: output.stdout.toString('latin1') } }
  },
})

/** @throws TaskFailure for keys and values that mean nothing */
function wishes(
  members: Dict | undefined,
): { readonly [verb in (typeof VERBS)[number]]?: Text[] } | undefined {
  if (members === undefined) return undefined
  const unknown = [...members.keys()].filter((key) => !(VERBS as readonly unknown[]).includes(key))
  if (unknown.length > 0)
    throw new TaskFailure(`members has no ${unknown.map(String).join(', ')}: add, remove or set`)
  if (members.has('set') && members.size > 1)
    throw new TaskFailure('members: set stands alone, without add and remove')
  return Object.fromEntries(
    [...members].map(([verb, list]) => {
      const all: Value[] = Array.isArray(list) ? list : [list]
      if (all.some((item) => item === null || isDict(item) || Array.isArray(item)))
        throw new TaskFailure(`members: ${String(verb)} is a list of accounts`)
      return [verb, all.map((item) => (typeof item === 'object' ? (item as Text) : String(item)))]
    }),
  )
}
