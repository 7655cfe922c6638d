import { powerShellFailure } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { LOCAL_ACCOUNTS, memberChange, membersOf } from '../windows/accounts/local-accounts.ts'

export default defineModule({
  name: 'win_group_membership',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Puts accounts into a local group of a Windows host, or takes them out.',
    notes: ['Accounts are compared by their SIDs. One that nobody knows fails; its SID does not.'],
    examples: `
- name: the exporter may read counters
  win_group_membership: { name: S-1-5-32-558, members: ['NT SERVICE\\windows_exporter'] }
`,
    returns: {
      name: 'of the group',
      'added, removed': 'the accounts that came and went',
      members: 'those that are in it',
    },
  },
  spec: {
    parameters: {
      name: {
        type: 'str',
        required: true,
        doc: 'The group, by its name in the language of the host or its SID.',
      },
      members: {
        type: 'list',
        elements: 'str',
        required: true,
        doc: 'Accounts and groups: `name`, `DOMAIN\\\\name`, `name@domain`, or SIDs.',
      },
      state: {
        type: 'str',
        default: 'present',
        choices: ['present', 'absent', 'pure'],
        doc: 'They are in it, are not, or are those that are in it and no others.',
      },
    },
  },
  observe: ({ name, members }) => ({
    group: windowsScript(
      ps`${LOCAL_ACCOUNTS}
foreach($n in ${members}){$s=m_who $n;f 'wanted';f "$s $(m_called $s)"}
$g=m_local ${name} 'group'
if($null -ne $g){
  f 'name'
  f (m_value_of $g 'Name')
  foreach($s in m_members $g){f 'member';f "$s $(m_called $s)"}
}`,
      'a group',
      (told) => ({
        name: told.has('name') ? one(told, 'name') : null,
        members: membersOf(told.get('member')),
        wanted: membersOf(told.get('wanted')),
      }),
    ),
  }),
  async *converge({ name, state }, { group }) {
    if (group.name === null) throw new TaskFailure(`Could not find local group ${name}`)
    const { wanted } = group
    const change = memberChange(
      group.members,
      state === 'pure' ? { only: wanted } : state === 'present' ? { add: wanted } : { remove: wanted },
    )
    const names = (all: readonly { readonly name: string }[]) => all.map((member) => member.name)
    const { added, removed } = change
    const result = {
      name: group.name,
      added: names(added),
      removed: names(removed),
      members: names(change.members),
    }
    if (added.length + removed.length === 0) return { result }
    const says = `change who is in ${name}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['accounts'],
      predicted: result,
      diff: [
        { header: String(name), before: names(group.members).join('\n'), after: result.members.join('\n') },
      ],
      script: ps`${LOCAL_ACCOUNTS}
$g=m_local ${name} 'group'
foreach($s in ${added.map(({ sid }) => sid)}){m_member $g 'Add' $s}
foreach($s in ${removed.map(({ sid }) => sid)}){m_member $g 'Remove' $s}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result }
  },
})
