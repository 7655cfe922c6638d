import { SSM_FOLDER, VAULT } from '../../probes/registration.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { saidOn } from '../../values/host-failure.ts'
import type { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import { agentProgram, NODE_ID, type PackageForm, restartAgent } from './agent-state.ts'

/** The copy beside the Vault, which the agent writes and never reads. */
const REGISTRATION_FILE = `${SSM_FOLDER}/registration`

/**
 * Held to the end of the script, and by a registration that outlives it: two runs that looked at a host at the same
 * time would both register it. The lock is on a folder that is there anyway, so nothing is left; where `flock` is
 * missing only the registrations that already run are waited for.
 */
export function oneAtATime(folder: string): ShellText {
  return sh`if [ -d ${folder} ] && command -v flock >/dev/null; then
  exec 8<${folder}
  flock -w 120 8 || { echo "another registration is running on this host" >&2; exit 1; }
fi`
}

/**
 * A registration that a lost connection left running is waited for: beside it, a second one would make a second node.
 * Only root's own counts, by the real user id in its status (who owns its folder below /proc a process can influence):
 * anybody may give a process the agent's name. The shell's `read` leaves out the NUL characters between the words.
 */
export function afterAnother(program: string): ShellText {
  const words = `${program}-register-`
  return sh`m_registers() {
  for m_p in /proc/[0-9]*; do
    m_l=; { IFS= read -r m_l; } 2>/dev/null <"$m_p/cmdline"
    case $m_l in ${words}*|/*sh${words}*) ;; *) continue ;; esac
    { while read -r m_k m_u m_x; do [ "$m_k" != Uid: ] || break; done; } 2>/dev/null <"$m_p/status"
    [ "$m_k $m_u" != 'Uid: 0' ] || return 0
  done
  return 1
}
m_w=0
while m_registers; do
  if [ $m_w -ge 600 ]; then echo "another registration is running on this host" >&2; exit 1; fi
  sleep 0.2
  m_w=$((m_w + 1))
done`
}

/**
 * Registers a host that is not registered, and restarts the agent: a running one keeps its old identity, an idle one
 * waits 90 seconds. Without `-y`, and with its input closed, so that a registration that came in between is never
 * overwritten: the agent would ask, read the end of its input, and leave the Vault alone (facts/ssm-agent.md 1.3).
 * The code is in this text only, which the resident shell reads from its standard input.
 *
 * @param prepare what shall be there when the agent starts
 */
export function registerScript(
  form: PackageForm,
  activation: { readonly id: string; readonly code: Secret },
  region: string,
  prepare: ShellText = sh`:`,
): ShellText {
  return sh`${oneAtATime(SSM_FOLDER)}
${afterAnother(agentProgram(form))}
${prepare}
id=$(${NODE_ID})
if [ -n "$id" ]; then
  echo "registered by an earlier connection: Managed instance-id: $id"
  ${restartAgent(form)}
  exit
fi
out=$(${agentProgram(form)} -register -code ${activation.code} -id ${activation.id} -region ${region} </dev/null 2>&1)
rc=$?
printf '%s\n' "$out" | tail -n 8
[ $rc -eq 0 ] || exit $rc
${restartAgent(form)}`
}

/**
 * Registers anew a host that is registered: `-register -y` empties the Vault before it asks AWS, so the Vault and the
 * plain file are copied first and put back when it fails (facts/ssm-agent.md 1.4).
 */
export function reregisterScript(
  form: PackageForm,
  activation: { readonly id: string; readonly code: Secret },
  region: string,
): ShellText {
  return sh`${oneAtATime(SSM_FOLDER)}
${afterAnother(agentProgram(form))}
umask 077
saved=$(mktemp -d /var/lib/amazon/ssm/.muster-XXXXXXXX) || exit 1
trap 'rm -rf "$saved"' EXIT
cp -a ${VAULT} "$saved/Vault" || exit 1
if [ -f ${REGISTRATION_FILE} ]; then cp -a ${REGISTRATION_FILE} "$saved/registration"; fi
out=$(${agentProgram(form)} -register -y -code ${activation.code} -id ${activation.id} -region ${region} </dev/null 2>&1)
rc=$?
printf '%s\n' "$out" | tail -n 8
if [ $rc -ne 0 ]; then
  rm -rf ${VAULT} && cp -a "$saved/Vault" ${VAULT}
  if [ -f "$saved/registration" ]; then cp -a "$saved/registration" ${REGISTRATION_FILE}; fi
  exit $rc
fi
${restartAgent(form)}`
}

/** The managed node's id that the agent printed, or undefined. */
export function registeredId(output: Output): string | undefined {
  return /Managed instance-id: (mi-[0-9a-f]{8,40})/.exec(output.stdout.toString('latin1'))?.[1]
}

/** What AWS said no with, and what to do; from the agent's `ERROR` line. */
export function registrationFailure(output: Output): TaskFailure & { readonly retryable: boolean } {
  const text = `${displayText(output.stdout)}\n${saidOn(output)}`
  const code =
    /error registering the instance with AWS SSM\. ([A-Za-z]+)/.exec(text)?.[1] ??
    /\b(RequestError|ThrottlingException|TooManyUpdates)\b/.exec(text)?.[1]
  const line =
    text
      .split('\n')
      .findLast((each) => each.includes('ERROR'))
      ?.replace(/^.*?ERROR\s*/, '') ??
    text.trim().split('\n').at(-1) ??
    ''
  const hint = code === undefined ? undefined : HINTS.get(code)
  const failure = new TaskFailure(
    `the registration was refused (exit status ${output.rc ?? 'none'}): ${line.trim() || 'the agent said nothing'}`,
    { hint: hint ?? 'see /var/log/amazon/ssm/amazon-ssm-agent.log on the host' },
  )
  return Object.assign(failure, { retryable: code === 'ThrottlingException' || code === 'TooManyUpdates' })
}

const HINTS: ReadonlyMap<string, string> = new Map([
  [
    'InvalidActivation',
    'the activation is unknown in this region: do region and AWS_ENDPOINT_URL name the same place for the controller and the host?',
  ],
  ['ActivationExpired', 'the batch took longer than expires_in: raise it, or make the batches smaller'],
  [
    'RegistrationLimitExceeded',
    'another registration used the place: run muster again, it makes a new activation for those that are missing',
  ],
  [
    'InstanceAlreadyRegistered',
    'the fingerprint is known to Systems Manager: is the host a clone of a registered one?',
  ],
  [
    'RequestError',
    'the host does not reach Systems Manager, or its answer was lost: check proxy and firewall, then run muster again, which looks first',
  ],
  ['TooManyUpdates', 'too many hosts register at once: lower --forks'],
  ['ThrottlingException', 'too many hosts register at once: lower --forks'],
])
