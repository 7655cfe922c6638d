import { mapProbe } from '../../probes/probe.ts'
import { revealText } from '../../values/secret.ts'
import type { Key, Value } from '../../values/value.ts'
import { filterGroups, isWanted } from '../facts/filter.ts'
import { factProbe } from '../facts/index.ts'
import { groupsOf } from '../facts/subsets.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'setup',
  aliases: ['gather_facts'],
  runsOn: 'host',
  platforms: ['posix', 'windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Reads facts of the host now.',
    notes: [
      'A play has the facts of its hosts anyway (gather_facts), and only what is used is read; this task reads all that its subset and filter leave.',
      'Facts about Python, facter and ohai, capabilities of processes, LVM, Fibre Channel, iSCSI and NVMe names are not read; of network interfaces not what ethtool says, of devices not the links of udev.',
    ],
    examples: `
- name: the memory by now
  setup:
    gather_subset: ['!all', hardware]
    filter: ansible_mem*
`,
    returns: { ansible_facts: 'the facts, by their names as variables' },
  },
  spec: {
    parameters: {
      gather_subset: {
        type: 'list',
        default: ['all'],
        doc: 'all, min, hardware, network, virtual and so on, or the name of one fact; with ! what is left out.',
      },
      filter: {
        type: 'list',
        default: [],
        doc: 'Only facts whose names match one of these patterns; ansible_ may be left out.',
      },
      gather_timeout: { type: 'int', default: 10, doc: 'Seconds for what may take long.' },
      fact_path: { type: 'path', default: '/etc/ansible/facts.d', doc: 'The folder of local facts.' },
      parallel: {
        type: 'bool',
        doc: 'Taken for the sake of gather_facts: facts are read in one request anyway.',
      },
    },
  },

  setsFacts: () => ['ansible_facts'],

  observe({ gather_subset, filter, gather_timeout: timeout, fact_path: factPath }) {
    const groups = filterGroups(groupsOf(gather_subset.map((word) => revealText(word))), texts(filter))
    return {
      groups: groups.map((group) =>
        mapProbe(factProbe(group, { factPath, timeout }), ({ facts, problem }) => ({
          facts,
          problem: problem === undefined ? undefined : `${group.name}: ${problem}`,
        })),
      ),
    }
  },

  async *converge({ gather_subset, filter }, { groups }) {
    const wanted = isWanted(texts(filter))
    const found = groups.flatMap(({ facts }) => [...facts]).filter(([name]) => wanted(name))
    const gathered = new Map<string, Value>(found.map(([name, value]) => [`ansible_${name}`, value]))
    const problems = groups.flatMap(({ problem }) => problem ?? [])
    return {
      gathered,
      result: {
        ansible_facts: new Map<Key, Value>([
          ...gathered,
          ['gather_subset', [...gather_subset]],
          ['module_setup', true],
        ]),
        ...(problems.length === 0 ? {} : { warnings: problems }),
      },
    }
  },
})

function texts(list: readonly Parameters<typeof revealText>[0][]): string[] {
  return list.map((one) => revealText(one) ?? '')
}
