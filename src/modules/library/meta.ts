import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'meta',
  runsOn: 'controller',
  checkMode: 'run',
  flow: 'run',
  documentation: {
    summary: 'Does something with the run itself.',
    notes: [
      '`flush_handlers` runs the handlers that are notified so far; `end_host` ends the play for the host, `end_role` the role that the task is in, `end_batch` and `end_play` the batch or the play for all hosts: their `when` is asked of the first host only.',
      '`clear_host_errors` lets hosts that failed or were unreachable take part in later plays, and forgets their failures.',
      '`reset_connection` connects anew and forgets what is known of the host; `clear_facts` forgets that alone. `noop` does nothing.',
      'It is not counted, and takes neither loop nor register. `refresh_inventory` is refused: the inventory is read once a run.',
    ],
    examples: `
- name: the service runs with its new configuration before it is asked
  meta: flush_handlers

- name: nothing more to do here
  meta: end_host
  when: not wanted
`,
    returns: {},
  },
  spec: {
    parameters: {
      action: {
        type: 'str',
        required: true,
        choices: [
          'noop',
          'flush_handlers',
          'clear_facts',
          'clear_host_errors',
          'end_host',
          'end_role',
          'end_batch',
          'end_play',
          'reset_connection',
        ],
        doc: 'What to do.',
      },
    },
    freeForm: 'action',
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: the runner does it
  async *converge() {
    return {}
  },
})
