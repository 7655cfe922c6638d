import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { groupWords } from '../inventory/group-words.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'add_host',
  runsOn: 'controller',
  checkMode: 'run',
  changesInventory: 'once',
  documentation: {
    summary: 'Adds a host to the inventory of the run, for later plays.',
    notes: [
      'It is done once for all hosts of a batch, by the first that comes there; to add several hosts, loop.',
      'The host is in groups, groups and hostvars from the next task on, and in the hosts of plays from the next play on: what can be checked of a host without a connection is checked when that play begins.',
      '`--limit` counts for it, too. Of a host that is there already, variables and groups are added.',
      'Files in group_vars and host_vars count for it as for any other.',
    ],
    examples: `
- name: the machine that was just made
  add_host:
    name: "{{ machine.address }}"
    groups: [fresh]
    ansible_user: admin
`,
    returns: { add_host: 'host_name, groups, host_vars: what was added' },
  },
  spec: {
    parameters: {
      name: {
        type: 'str',
        required: true,
        aliases: ['hostname', 'host'],
        doc: 'The name of the host, perhaps with a port: `web01:2222`.',
      },
      groups: {
        type: 'raw',
        aliases: ['groupname', 'group'],
        doc: 'Groups that it is in: a list, or text with commas.',
      },
    },
    freeKeys: true,
  },
  setsFacts: () => ['*', 'groups', 'group_names'],

  observe: nothingToObserve,
  async *converge({ name, groups, free }, _, { fleet }) {
    const vars = new Map([...free].map(([key, value]) => [String(key), value] as const))
    if (name instanceof Secret) throw new TaskFailure('the name of a host cannot be a secret: it is shown')
    const added = await fleet.addHost({ name, groups: groupWords(groups), vars })
    return {
      changed: added.changed,
      result: {
        add_host: new Map<string, Value>([
          ['host_name', added.name],
          ['groups', [...added.groups]],
          ['host_vars', new Map(added.vars)],
        ]),
      },
    }
  },
})
