import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'include_tasks',
  runsOn: 'controller',
  checkMode: 'run',
  flow: 'tasks',
  documentation: {
    summary: 'Runs the tasks of another file in its place, decided when its turn comes.',
    notes: [
      '`when`, loops and tags choose the include itself; what is in `apply` counts for the tasks in it. Its `vars` win over results and facts there, and so does the item of its loop.',
      'The file is looked for beside the file that names it, then beside those that led there, in the tasks of the role, beside the playbook.',
      'A file whose name holds no template is read and checked before the run. `import_tasks` stands for the tasks of a file before the run: keywords are handed down to each of them.',
    ],
    examples: `
- name: what this system needs
  include_tasks: "{{ muster_platform }}.yaml"

- name: each instance
  include_tasks:
    file: instance.yaml
    apply:
      tags: [instances]
  loop: "{{ instances }}"
  loop_control:
    loop_var: instance
  tags: [instances]
`,
    returns: { include: 'the file as it was named' },
  },
  spec: {
    parameters: {
      file: { type: 'path', required: true, doc: 'The file of tasks.' },
      apply: { type: 'raw', doc: 'Keywords of a block, handed down to the tasks in the file.' },
    },
    freeForm: 'file',
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ file }) {
    return { result: { include: file } }
  },
})
