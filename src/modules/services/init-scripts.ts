import { type Field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { joinTexts } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import type { Action, ActionResult, Outcome } from '../module.ts'
import type { Text } from '../parameters.ts'

/** What is wanted of a service on a host without systemd. */
export interface InitParameters {
  readonly name: Text
  readonly state: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined
  readonly enabled: boolean | undefined
  readonly sleep: number
  readonly pattern: Text | undefined
  readonly words: readonly Text[]
  readonly runlevel: Text
}

/** What the host says of it. */
export interface InitState {
  /** Who starts it: OpenRC, or a script of init. */
  readonly manager: 'openrc' | 'script' | 'none'
  readonly runs: boolean
  readonly enabled: boolean
  /** The tool that enables scripts. */
  readonly tool: 'update-rc.d' | 'chkconfig' | 'none'
}

/** One look: it starts the service's own `status`, and nothing else that could change something. */
export function initProbe({ name, pattern, words, runlevel }: InitParameters): Probe<InitState> {
  const script = lines([
    sh`PATH=$PATH:/sbin:/usr/sbin; m_n=${name}`,
    sh`if command -v rc-service >/dev/null 2>&1 && rc-service --exists "$m_n" >/dev/null 2>&1; then
  printf 'manager\0openrc\0'; m_run() { rc-service "$m_n" status; }
  rc-update show ${runlevel} 2>/dev/null | while read -r m_x m_y; do [ "$m_x" != "$m_n" ] || printf 'enabled\0\0'; done
elif [ -x "/etc/init.d/$m_n" ]; then
  printf 'manager\0script\0'; m_run() { "/etc/init.d/$m_n" status ${words}; }
  for m_l in /etc/rc[2345].d/S[0-9][0-9]"$m_n" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$m_n"; do [ ! -e "$m_l" ] || { printf 'enabled\0\0'; break; }; done
  if command -v update-rc.d >/dev/null 2>&1; then printf 'tool\0update-rc.d\0'; elif command -v chkconfig >/dev/null 2>&1; then printf 'tool\0chkconfig\0'; fi
else printf 'manager\0none\0'; exit 0; fi`,
    pattern === undefined
      ? sh`if ( m_run ) >/dev/null 2>&1 </dev/null; then printf 'runs\0\0'; fi`
      : // The pattern must not find the words that look for it.
        sh`m_w=${pattern}; for m_f in /proc/[0-9]*/cmdline; do
  [ "$m_f" != "/proc/$$/cmdline" ] || continue
  m_c=$({ tr '\0' ' ' <"$m_f"; } 2>/dev/null)
  case $m_c in *"$m_w"*) case $m_c in *m_w=*) ;; *) printf 'runs\0\0'; break ;; esac ;; esac
done`,
    sh`exit 0`,
  ])
  return scriptProbe(script, (output) => stateOf(readFields(output, `look at the service ${name}`)))
}

function stateOf(fields: readonly Field[]): InitState {
  const text = (name: string) => fields.find((field) => field.name === name)?.value.toString('utf8')
  const manager = text('manager')
  const tool = text('tool')
  return {
    manager: manager === 'openrc' || manager === 'script' ? manager : 'none',
    runs: text('runs') !== undefined,
    enabled: text('enabled') !== undefined,
    tool: tool === 'update-rc.d' || tool === 'chkconfig' ? tool : 'none',
  }
}

/** @throws TaskFailure when there is no such service, or the host's tool says why not */
export async function* convergeInit(
  params: InitParameters,
  state: InitState,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { name } = params
  if (state.manager === 'none')
    throw new TaskFailure(`Could not find the requested service ${name}: host`, {
      hint: 'the host runs no systemd, and has neither an init script nor a service of OpenRC of that name',
    })
  const result: Record<string, Value> = {
    name,
    ...(params.state === undefined ? {} : { state: params.state === 'stopped' ? 'stopped' : 'started' }),
    ...(params.enabled === undefined ? {} : { enabled: params.enabled }),
  }
  const steps = [...enabling(params, state), ...running(params, state)]
  if (steps.length === 0) return { result }
  const output = yield {
    kind: 'run',
    says: steps.map(({ says }) => says).join(', '),
    touches: ['units', 'files'],
    predicted: result,
    script: lines([sh`PATH=$PATH:/sbin:/usr/sbin`, ...steps.map(({ script }) => sh`${script} || exit 1`)]),
  }
  if (output.rc !== 0)
    throw new TaskFailure(`cannot ${steps.map(({ says }) => says).join(', ')}: ${reasonOf(output)}`, {
      result: { rc: output.rc },
    })
  return { result }
}

interface Step {
  readonly says: string
  readonly script: ShellText
}

function enabling({ name, enabled, runlevel }: InitParameters, state: InitState): Step[] {
  if (enabled === undefined || enabled === state.enabled) return []
  const says = `${enabled ? 'enable' : 'disable'} ${name}`
  if (state.manager === 'openrc')
    return [{ says, script: sh`rc-update ${enabled ? 'add' : 'del'} ${name} ${runlevel}` }]
  if (state.tool === 'chkconfig')
    return [{ says, script: sh`{ chkconfig --add ${name} && chkconfig ${name} ${enabled ? 'on' : 'off'}; }` }]
  if (state.tool === 'update-rc.d')
    return [
      {
        says,
        script: sh`{ update-rc.d ${name} defaults >/dev/null && update-rc.d ${name} ${enabled ? 'enable' : 'disable'}; }`,
      },
    ]
  throw new TaskFailure(`the host has no tool that enables ${name}`, { hint: 'update-rc.d or chkconfig' })
}

function running({ name, state: wanted, sleep, words }: InitParameters, state: InitState): Step[] {
  const act = (verb: string) =>
    state.manager === 'openrc'
      ? sh`rc-service ${name} ${verb} ${words}`
      : sh`${joinTexts(['/etc/init.d/', name])} ${verb} ${words}`
  if (wanted === 'started') return state.runs ? [] : [{ says: `start ${name}`, script: act('start') }]
  if (wanted === 'stopped') return state.runs ? [{ says: `stop ${name}`, script: act('stop') }] : []
  if (wanted === 'reloaded')
    return [
      state.runs
        ? { says: `reload ${name}`, script: act('reload') }
        : { says: `start ${name}`, script: act('start') },
    ]
  if (wanted !== 'restarted') return []
  const stop = state.runs ? sh`{ ${act('stop')} && sleep ${sleep} && ${act('start')}; }` : act('start')
  return [{ says: `restart ${name}`, script: stop }]
}
