import { TaskFailure } from '../../values/task-failure.ts'
import { fileParameters } from '../files/attributes/file-parameters.ts'
import { observeFileState, readFileState } from '../files/states/file-state.ts'
import { convergeAbsent } from '../files/states/state-absent.ts'
import { convergeDirectory } from '../files/states/state-directory.ts'
import { convergeExisting } from '../files/states/state-existing.ts'
import { convergeLink } from '../files/states/state-link.ts'
import { convergeTouch } from '../files/states/state-touch.ts'
import { defineModule } from '../module.ts'

const TIME = '`now`, `preserve`, or a time; not with link and hard. When missing `preserve`'

export default defineModule({
  name: 'file',
  runsOn: 'host',
  documentation: {
    summary: 'Sets what a path is (directory, link, nothing) and whom it belongs to.',
    notes: [
      'Without `state` what is there is kept, and only owner, group and mode are set.',
      '`touch` without `modification_time: preserve` and `access_time: preserve` is changed on every run.',
    ],
    examples: `
- name: a directory with its parents
  file: { path: /var/lib/prometheus, state: directory, owner: prometheus, mode: '0750' }
- name: a link
  file: { src: /opt/app-2, path: /opt/app, state: link }
- name: gone
  file: { path: /etc/cron.d/old, state: absent }
`,
    returns: {
      path: 'path of the file (dest for touch, link and hard)',
      src: 'target of a link',
      'uid, gid, owner, group, mode, size, state': 'of the file; state is the kind found',
    },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'The path.' },
      state: {
        type: 'str',
        choices: ['absent', 'directory', 'file', 'hard', 'link', 'touch'],
        doc: 'What it shall be; `file` keeps a file and makes none.',
      },
      src: { type: 'str', doc: 'What a link leads to, as it shall stand in the link.' },
      recurse: { type: 'bool', default: false, doc: 'Set owner, group and mode of all below, too.' },
      force: {
        type: 'bool',
        default: false,
        doc: 'Make links to nothing, and over files and empty directories.',
      },
      follow: { type: 'bool', default: true, doc: 'Set owner, group and mode of what a link leads to.' },
      access_time: { type: 'str', doc: `${TIME}, for touch \`now\`.` },
      modification_time: { type: 'str', doc: `${TIME}, for touch \`now\`.` },
      access_time_format: { type: 'str', default: '%Y%m%d%H%M.%S', doc: 'How access_time is written.' },
      modification_time_format: {
        type: 'str',
        default: '%Y%m%d%H%M.%S',
        doc: 'How modification_time is written.',
      },
      ...fileParameters,
      unsafe_writes: {
        ...fileParameters.unsafe_writes,
        doc: 'Taken for the sake of existing playbooks: no content is written by this module.',
      },
    },
    requiredIf: [['state', 'hard', ['src']]],
  },

  observe: (params, context) => observeFileState(params, context.diff),

  async *converge(params, answers, context) {
    const state = readFileState(params, answers)
    switch (params.state) {
      case 'absent':
        return yield* convergeAbsent(state)
      case 'directory':
        return yield* convergeDirectory(params, state, context)
      case 'link':
      case 'hard':
        refuseTimes(params)
        return yield* convergeLink(params, state, context)
      case 'touch':
        return yield* convergeTouch(params, state, context)
      default:
        return params.recurse && params.state === undefined
          ? yield* convergeDirectory(params, state, context)
          : yield* convergeExisting(params, state, context)
    }
  },
})

/** The times of a link are not set. @throws TaskFailure */
function refuseTimes({
  access_time: access,
  modification_time: modification,
}: Record<string, unknown>): void {
  for (const [name, time] of Object.entries({ access_time: access, modification_time: modification }))
    if (time !== undefined && time !== 'preserve')
      throw new TaskFailure(`${name} is not supported with state: link or hard`, {
        hint: 'set the times of the file that the link leads to by a task of its own',
      })
}
