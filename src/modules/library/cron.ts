import { user } from '../../probes/account.ts'
import { hostFailure, reasonOf } from '../../values/host-failure.ts'
import type { Secret } from '../../values/secret.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import { type EditedAnswers, type EditedFile, observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { bytesText } from '../editing/patterns.ts'
import { placeEdited, removeEdited } from '../editing/place-edited.ts'
import { cronLines, cronText, editCron, jobNames, variableNames, withoutHeads } from '../host/crontab.ts'
import { diffOf, install, keepOld, NO_PROGRAM, readCrontab, shownBytes } from '../host/crontab-program.ts'
import { type Action, type ActionResult, defineModule, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

/** Of a new file, whatever the umask: cron reads none that others may write. */
const FILE_MODE = 0o644

const spec = {
  parameters: {
    name: {
      type: 'str',
      required: true,
      doc: 'What the job is called, in the line `#Ansible: NAME` before it; or the name of the variable.',
    },
    job: { type: 'str', aliases: ['value'], doc: 'The command, or the value; needed with present.' },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether it shall be there.',
    },
    user: {
      type: 'str',
      doc: 'Whose crontab, or with cron_file as whom the job runs. Default: the user of the task.',
    },
    cron_file: {
      type: 'path',
      doc: 'A file in /etc/cron.d, or a path, instead of a crontab; needs user.',
    },
    minute: { type: 'str', default: '*', doc: 'When: 0-59, *, */2 and so on.' },
    hour: { type: 'str', default: '*', doc: 'When: 0-23.' },
    day: { type: 'str', default: '*', aliases: ['dom'], doc: 'When: 1-31.' },
    month: { type: 'str', default: '*', doc: 'When: 1-12.' },
    weekday: { type: 'str', default: '*', aliases: ['dow'], doc: 'When: 0-6, Sunday is 0.' },
    special_time: {
      type: 'str',
      choices: ['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'],
      doc: 'When, by a name; instead of the times.',
    },
    disabled: { type: 'bool', default: false, doc: 'Keep the job as a comment.' },
    env: { type: 'bool', default: false, doc: 'It is a variable of the crontab: name="value".' },
    insertafter: { type: 'str', doc: 'A new variable goes behind this one. Default: to the top.' },
    insertbefore: { type: 'str', doc: 'A new variable goes before this one.' },
    backup: { type: 'bool', default: false, doc: 'Keep the old crontab in a file below /tmp.' },
  },
  mutuallyExclusive: [['insertafter', 'insertbefore']],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'cron',
  runsOn: 'host',
  documentation: {
    summary: "Sees to a job, or a variable, of a user's crontab or of a file in /etc/cron.d.",
    notes: [
      'Jobs are found by their name: the line `#Ansible: NAME` that stands before each, as with Ansible.',
      'A file without anything left in it is removed. /etc/crontab is refused, as with Ansible.',
      'A file in /etc/cron.d needs no crontab program on the host; Ansible wants one.',
    ],
    examples: `
- name: certificates are renewed at night
  cron: { name: renew certificates, minute: '17', hour: '3', job: /usr/local/bin/renew }
- name: the same as a file, as another user
  cron: { name: renew certificates, cron_file: renew, user: certs, special_time: daily, job: /usr/local/bin/renew }
- name: where the jobs find their programs
  cron: { name: PATH, env: true, job: '/usr/local/bin:/usr/bin:/bin' }
`,
    returns: {
      'jobs, envs': 'names of the jobs and of the variables that are there then',
      cron_file: 'as the task has it',
      backup_file: 'path of the backup, when one was made',
    },
  },
  spec,

  observe: (params) => {
    const name = params.user
    return params.cron_file === undefined
      ? { crontab: readCrontab(name), account: name === undefined ? undefined : user(name) }
      : { ...observeEdited(fileWish(params.cron_file)), crontab: undefined, account: undefined }
  },

  async *converge(params, answers, context) {
    const wish = wishOf(params)
    const result = params.cron_file === undefined ? {} : { cron_file: params.cron_file }
    const file =
      params.cron_file === undefined
        ? null
        : readEdited(fileWish(params.cron_file), answers as unknown as EditedAnswers)
    const old =
      file === null ? oldCrontab(answers, params, context) : bytesText(file.old?.bytes ?? Buffer.alloc(0))
    const lines = cronLines(old)
    const edited = editCron(lines, wish)
    if (edited === 'missing')
      throw new TaskFailure(`Variable named '${wish.insertAfter ?? wish.insertBefore}' not found.`)
    const after = edited ?? lines
    const open = old !== '' && !/[\r\n]$/.test(old)
    const names = {
      jobs: jobNames(after).map(shownBytes),
      envs: variableNames(after).map(shownBytes),
      ...result,
    }
    if (edited === null && !open) return { result: names }
    if (params.backup && !context.check) Object.assign(names, { backup_file: yield* keepOld(old) })
    const made = [
      params.job,
      params.name,
      params.user,
      params.minute,
      params.hour,
      params.day,
      params.month,
      params.weekday,
    ]
    if (file !== null && !wish.present && after.every((line) => line.trim() === '') && edited !== null) {
      const gone = { ...result, state: params.state }
      yield* removeEdited(file, diffOf(file.path, old, '', made), gone)
      return { result: gone }
    }
    const text = cronText(after)
    if (file?.old === null && file.missing.names.length > 0 && !context.check)
      throw new TaskFailure(`${file.path} cannot be written: its directory is not there`, {
        hint: 'install cron (package cron, or cronie)',
      })
    if (file === null) yield* install({ owner: params.user, made }, old, text, names)
    else yield* putFile(file, text, names, made, context)
    return { result: names }
  },
})

function fileWish(cronFile: string) {
  const path = /^[/~$]/.test(cronFile) ? cronFile : `/etc/cron.d/${cronFile}`
  if (path === '/etc/crontab')
    throw new TaskFailure('Will not manage /etc/crontab via cron_file, see documentation.')
  return { path, owner: undefined, group: undefined }
}

/** @throws TaskFailure in Ansible's words for parameters that do not go together */
function wishOf(params: Parameters) {
  const present = params.state === 'present'
  const times = [params.minute, params.hour, params.day, params.month, params.weekday].map((one) =>
    revealText(one),
  )
  const [name, owner] = [revealText(params.name), revealText(params.user)]
  if (params.special_time !== undefined && times.some((time) => time !== '*'))
    throw new TaskFailure('You cannot combine special_time with any of the time or day/date parameters.')
  if (params.env && name.includes(' ')) throw new TaskFailure('Invalid name for environment variable')
  if (/[\r\n]/.test(name)) throw new TaskFailure('a name is one line')
  const [after, before] = [revealText(params.insertafter), revealText(params.insertbefore)]
  if (present) {
    if (params.cron_file !== undefined && owner === undefined)
      throw new TaskFailure('To use cron_file=... parameter you must specify user=... as well')
    if (params.job === undefined)
      throw new TaskFailure("You must specify 'job' to install a new cron job or variable")
    if ((after ?? before) !== undefined && !params.env)
      throw new TaskFailure('Insertafter and insertbefore parameters are valid only with env=yes')
  }
  const job = (revealText(params.job) ?? '').replace(/^[\r\n]+/, '').replace(/(?<![\r\n])[\r\n]+$/, '')
  if (/[\r\n]/.test([job, ...times, owner ?? ''].join('')))
    throw new TaskFailure('a job is one line: cron would take each further line for a job of its own', {
      hint: 'copy a script to the host, and name that',
    })
  const when = params.special_time === undefined ? times : [`@${params.special_time}`]
  const words = [...when, ...(params.cron_file === undefined || owner === undefined ? [] : [owner]), job]
  const line = params.env ? `${name}="${job}"` : `${params.disabled ? '#' : ''}${words.join(' ')}`
  return {
    name: bytesText(name),
    present,
    line: bytesText(line),
    variable: params.env,
    insertAfter: after === undefined ? undefined : bytesText(after),
    insertBefore: before === undefined ? undefined : bytesText(before),
  }
}

/** @throws TaskFailure where the host has no cron, or refuses to tell */
function oldCrontab(
  { crontab, account }: { readonly crontab?: Output | undefined; readonly account?: unknown },
  params: Parameters,
  context: ModuleContext,
): string {
  if (crontab === undefined) throw new Error('the crontab was not asked for')
  if (crontab.truncated) throw new TaskFailure('the crontab is too large')
  if (crontab.rc === 0) return withoutHeads(bytesText(crontab.stdout))
  // In check mode an earlier task may bring what is missing.
  if (context.check && (crontab.rc === NO_PROGRAM || (params.user !== undefined && account === null)))
    return ''
  if (crontab.rc === NO_PROGRAM)
    throw new TaskFailure('Failed to find required executable "crontab"', {
      hint: 'install cron (package cron, or cronie)',
    })
  if (crontab.rc === 1 && /no crontab for|no such file/i.test(reasonOf(crontab))) return ''
  throw hostFailure('Unable to read crontab', crontab, {
    hint: 'root may read all; cron.allow and cron.deny say who else may have one',
  })
}

async function* putFile(
  file: EditedFile,
  text: string,
  predicted: Record<string, Value>,
  made: readonly (string | Secret | undefined)[],
  context: ModuleContext,
): AsyncGenerator<Action, void, ActionResult> {
  const bytes = secretText(Buffer.from(text, 'latin1'), made, file.path)
  const options = { newMode: FILE_MODE, predicted: () => predicted }
  yield* placeEdited(file, bytes, options, context)
}
