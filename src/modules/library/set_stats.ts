import { dict } from '../../values/value.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'set_stats',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  documentation: {
    summary: 'Gives values for the statistics of a run.',
    notes: [
      'They are in the task’s result, and so in the events of --json. muster adds none to its summary, as Ansible does not unless it is set to (show_custom_stats).',
    ],
    examples: `
- name: how many
  set_stats:
    data: { enrolled: "{{ ansible_play_hosts | length }}" }
`,
    returns: { ansible_stats: 'data, per_host and aggregate' },
  },
  spec: {
    parameters: {
      data: { type: 'dict', required: true, doc: 'Names and values.' },
      per_host: { type: 'bool', default: false, doc: 'They belong to the host and not to the run.' },
      aggregate: { type: 'bool', default: true, doc: 'They are added to what was given before.' },
    },
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ data, per_host, aggregate }) {
    return { result: { ansible_stats: dict({ data, per_host, aggregate }) } }
  },
})
