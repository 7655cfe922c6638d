import { setTimeout as sleep } from 'node:timers/promises'
import { runner } from '../../probes/account.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { type ShellText, sh, userShell } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { joinTexts } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

/** Seconds between looks at a host that goes down and comes up again. */
const SLEEP = 3

export default defineModule({
  name: 'reboot',
  runsOn: 'host',
  documentation: {
    summary: 'Reboots the host and waits until it is there again.',
    notes: [
      'It is there again when its boot has another identity than before and test_command succeeds.',
      'It needs root, unless reboot_command says otherwise.',
    ],
    examples: `
- name: with the new kernel
  reboot: { reboot_timeout: 900 }
`,
    returns: { rebooted: 'true', elapsed: 'whole seconds from the command until it was there again' },
  },
  spec: {
    parameters: {
      pre_reboot_delay: { type: 'int', default: 0, doc: 'Seconds until it goes down.' },
      post_reboot_delay: { type: 'int', default: 0, doc: 'Seconds to wait once it has booted.' },
      reboot_timeout: { type: 'int', default: 600, doc: 'Seconds until it must be there again.' },
      connect_timeout: { type: 'int', default: 5, doc: 'Seconds for one attempt to connect.' },
      msg: {
        type: 'str',
        default: 'Reboot initiated by Ansible',
        doc: 'What those who are logged in are told.',
      },
      search_paths: {
        type: 'list',
        default: ['/sbin', '/bin', '/usr/sbin', '/usr/bin', '/usr/local/sbin'],
        doc: 'Where the program shutdown is looked for, beside PATH.',
      },
      test_command: {
        type: 'str',
        default: 'whoami',
        doc: 'What must succeed before the host counts as there.',
      },
      boot_time_command: {
        type: 'str',
        default: 'cat /proc/sys/kernel/random/boot_id',
        doc: 'What prints another text after a boot.',
      },
      reboot_command: { type: 'str', doc: 'What reboots the host; shutdown -r without it.' },
    },
  },

  observe: ({ boot_time_command }) => ({ before: bootOf(boot_time_command), runner: runner() }),
  repeatable: () => false,

  async *converge(params, { before, runner: who }) {
    if (params.reboot_command === undefined && who.uid !== 0)
      throw new TaskFailure('only root may reboot the host', { hint: 'set become: true' })
    if (before === '')
      throw new TaskFailure('the host does not tell which boot this is', {
        hint: 'boot_time_command must print a text that every boot changes',
      })
    const started = performance.now()
    const elapsed = () => Math.floor((performance.now() - started) / 1000)
    const output = yield {
      kind: 'run',
      says: 'reboot',
      predicted: { rebooted: true, elapsed: 0 },
      script: rebootScript(params),
    }
    if (output.rc !== 0)
      throw new TaskFailure(`Reboot command failed: ${reasonOf(output)}`, { result: { rebooted: false } })
    const again = { sleep: SLEEP, attempt: params.connect_timeout, timeout: params.reboot_timeout }
    yield {
      kind: 'reconnect',
      says: 'wait until the host has booted',
      again: {
        ...again,
        delay: params.pre_reboot_delay,
        probes: { boot: bootOf(params.boot_time_command) },
        wanted: (answers) => !['', before].includes((answers as { readonly boot: string }).boot),
      },
    }
    if (params.post_reboot_delay > 0)
      yield {
        kind: 'wait',
        says: `wait ${params.post_reboot_delay} s`,
        call: async (signal) => {
          await sleep(params.post_reboot_delay * 1000, undefined, { signal })
          return null
        },
      }
    yield {
      kind: 'reconnect',
      says: 'wait until it works',
      again: {
        ...again,
        delay: 0,
        timeout: Math.max(SLEEP, params.reboot_timeout - elapsed()),
        probes: { works: scriptProbe(userShell(params.test_command), ({ rc }) => rc === 0) },
        wanted: (answers) => (answers as { readonly works: boolean }).works,
      },
    }
    return { result: { rebooted: true, elapsed: elapsed() } }
  },
})

/** The text of the user's command; empty when it fails. */
function bootOf(command: Text): Probe<string> {
  return scriptProbe(userShell(command), ({ rc, stdout }) => (rc === 0 ? stdout.toString('utf8').trim() : ''))
}

/** The command is left behind, so that its answer is here before the host goes down. */
function rebootScript(params: {
  readonly pre_reboot_delay: number
  readonly msg: Text
  readonly search_paths: readonly Text[]
  readonly reboot_command: Text | undefined
}): ShellText {
  const wait = params.pre_reboot_delay + 1
  const behind = (command: ShellText) =>
    sh`(trap '' HUP; sleep ${wait}; ${command}) </dev/null >/dev/null 2>&1 &`
  if (params.reboot_command !== undefined) return behind(sh`sh -c ${params.reboot_command}`)
  const paths = joinTexts(params.search_paths, ':')
  return sh`PATH=$PATH:${paths}
if command -v shutdown >/dev/null 2>&1; then ${behind(sh`shutdown -r now ${params.msg}`)}
elif command -v systemctl >/dev/null 2>&1; then ${behind(sh`systemctl reboot`)}
elif command -v reboot >/dev/null 2>&1; then ${behind(sh`reboot`)}
else echo 'no program shutdown, systemctl or reboot' >&2; exit 1; fi`
}
