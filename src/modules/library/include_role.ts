import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'include_role',
  runsOn: 'controller',
  checkMode: 'run',
  flow: 'role',
  documentation: {
    summary: 'Runs a role in its place, decided when its turn comes.',
    notes: [
      '`when`, loops and tags choose the include itself; what is in `apply` counts for the tasks of the role.',
      'Its handlers join those of the play. Its defaults and vars are seen by the rest of the play only with `public`.',
      '`import_role` takes the same parameters but `apply`, and stands for the tasks of the role before the run.',
    ],
    examples: `
- name: an exporter for each
  include_role:
    name: "{{ exporter_role }}"
    tasks_from: install
  vars:
    exporter_name: "{{ item }}"
  loop: [node, process]
`,
    returns: { include: 'the name of the role' },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, aliases: ['role'], doc: 'The role.' },
      tasks_from: { type: 'str', doc: 'A file of its `tasks` instead of main.' },
      vars_from: { type: 'str', doc: 'A file of its `vars` instead of main.' },
      defaults_from: { type: 'str', doc: 'A file of its `defaults` instead of main.' },
      handlers_from: { type: 'str', doc: 'A file of its `handlers` instead of main.' },
      public: { type: 'bool', default: false, doc: 'The rest of the play sees its defaults and vars.' },
      allow_duplicates: {
        type: 'bool',
        default: true,
        doc: 'It runs although it has run with the same parameters.',
      },
      rolespec_validate: {
        type: 'bool',
        default: true,
        doc: 'Arguments are held against its argument_specs.',
      },
      apply: { type: 'raw', doc: 'Keywords of a block, handed down to the tasks of the role.' },
    },
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ name }) {
    return { result: { include: String(name) } }
  },
})
