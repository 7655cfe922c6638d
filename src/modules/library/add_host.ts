import { readHostName } from '../../inventory/patterns/host-name.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { plain } from '../host/text.ts'
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
    const written = plain(name)
    const read = readHostName(written)
    if ('message' in read)
      throw new TaskFailure(read.message, read.hint === undefined ? {} : { hint: read.hint })
    const [host, more] = read.names
    if (host === undefined || more !== undefined)
      throw new TaskFailure(`add_host takes one host, and ${written} are several`, {
        hint: 'loop over the hosts',
      })
    const vars = new Map([...free].map(([key, value]) => [String(key), value] as const))
    if (read.port !== undefined) vars.set('ansible_ssh_port', read.port)
    const words = groupWords(groups)
    const changed = await fleet.addHost({ name: host, groups: words, vars })
    return {
      changed,
      result: {
        add_host: new Map<string, Value>([
          ['host_name', host],
          ['groups', words],
          ['host_vars', vars],
        ]),
      },
    }
  },
})
