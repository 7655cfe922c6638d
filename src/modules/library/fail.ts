import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'fail',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  documentation: {
    summary: 'Fails with a message of your own, usually under a condition.',
    examples: `
- name: only Debian is supported
  fail:
    msg: "{{ inventory_hostname }} runs {{ os }}, and this playbook knows Debian only"
  when: os != 'debian'
`,
    returns: {},
  },
  spec: {
    parameters: {
      msg: { type: 'str', default: 'Failed as requested from task', doc: 'What the failure says.' },
    },
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ msg }) {
    return { failed: true, msg: String(msg) }
  },
})
