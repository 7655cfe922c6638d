import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { groupWords } from '../inventory/group-words.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'group_by',
  runsOn: 'controller',
  checkMode: 'run',
  changesInventory: 'each',
  documentation: {
    summary: 'Puts the host into a group of the inventory of the run, made where there is none.',
    notes: [
      'All hosts of a batch wait for each other: at the next task every one of them is in its group.',
      'A later play may name the group; what can be checked of a host without a connection is checked when that play begins.',
      'Spaces in names become dashes.',
    ],
    examples: `
- name: by the kind of system
  group_by:
    key: os_{{ ansible_os_family }}
`,
    returns: { add_group: 'the name of the group', parent_groups: 'the groups above it' },
  },
  spec: {
    parameters: {
      key: { type: 'str', required: true, doc: 'The name of the group.' },
      parents: { type: 'raw', default: ['all'], doc: 'The groups that it is below: a name or a list.' },
    },
  },
  setsFacts: () => ['*', 'groups', 'group_names'],

  observe: nothingToObserve,
  async *converge({ key, parents }, _, { fleet, host }) {
    if (key instanceof Secret) throw new TaskFailure('the name of a group cannot be a secret: it is shown')
    const group = key.replaceAll(' ', '-')
    const above = (typeof parents === 'string' ? [parents] : groupWords(parents)).map((name) =>
      name.replaceAll(' ', '-'),
    )
    const changed = await fleet.join({ host, group, parents: above })
    return { changed, result: { add_group: group, parent_groups: above } }
  },
})
