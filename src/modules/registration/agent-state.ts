import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'

/** How the agent is installed; unit and program follow from it, never from the distribution's name (facts/ssm-agent.md 5.5). */
export type PackageForm = 'deb' | 'rpm' | 'snap'

/** What a host says of its agent and its registration. */
export interface AgentState {
  readonly form: PackageForm | undefined
  /** From the Vault; undefined when not registered, whatever the plain `registration` file says. */
  readonly registration: { readonly id: string; readonly region: string } | undefined
  /** Identity that the running agent uses; undefined before its first start after a registration. */
  readonly runningAs: string | undefined
  readonly machineId: string
  /** Seconds that the host's clock is ahead of the controller's, as seen when its answer arrived. */
  readonly clockSkew: number
}

const UNITS = {
  deb: 'amazon-ssm-agent.service',
  rpm: 'amazon-ssm-agent.service',
  snap: 'snap.amazon-ssm-agent.amazon-ssm-agent.service',
} as const

const PROGRAMS = {
  deb: '/usr/bin/amazon-ssm-agent',
  rpm: '/usr/bin/amazon-ssm-agent',
  snap: '/snap/amazon-ssm-agent/current/amazon-ssm-agent',
} as const

export function agentUnit(form: PackageForm): string {
  return UNITS[form]
}

/**
 * Restarts the agent. systemd refuses a unit's sixth start within ten seconds, and package, registration and
 * credentials start it in that time; it means services that crash, so its count begins anew then.
 */
export function restartAgent(form: PackageForm): ShellText {
  const unit = agentUnit(form)
  return sh`{ systemctl restart ${unit} || { systemctl reset-failed ${unit} && systemctl restart ${unit}; }; }`
}

export function agentProgram(form: PackageForm): string {
  return PROGRAMS[form]
}

/** Where the agent keeps its registration: the truth, the index beside it, and the copy that may be stale. */
export const SSM_FOLDER = '/var/lib/amazon/ssm'
export const VAULT = '/var/lib/amazon/ssm/Vault'
export const REGISTRATION_FILE = '/var/lib/amazon/ssm/registration'
const IDENTITY_FILE = '/var/lib/amazon/ssm/runtimeconfig/identity_config.json'

/** Prints `form=deb|rpm|snap` when the agent is installed. */
export const PRINT_FORM: ShellText = sh`if [ -d /snap/amazon-ssm-agent/current ]; then echo form=snap
elif dpkg-query -W -f='\${db:Status-Status}' amazon-ssm-agent 2>/dev/null | grep -qx installed; then echo form=deb
elif rpm -q amazon-ssm-agent >/dev/null 2>&1; then echo form=rpm
fi`

/** Prints the managed node's id from the Vault, nothing when the host is not registered. */
export const NODE_ID: ShellText = sh`sed -n 's/^{"instanceID":"\(mi-[0-9a-f]*\)".*/\1/p' ${`${VAULT}/Store/RegistrationKey`} 2>/dev/null`

/**
 * Reads the registration as facts/ssm-agent.md 3.5 says: id and region from the Vault (the private key is never
 * transferred), and only where the Manifest lists it. The agent ends none of its files with a line end.
 */
export const READ_AGENT: ShellText = sh`${PRINT_FORM}
if grep -q '"RegistrationKey"' ${`${VAULT}/Manifest`} 2>/dev/null; then
  printf 'registration=%s\n' "$(sed -n 's/^{"instanceID":"\([^"]*\)","region":"\([^"]*\)".*"privateKey":"[^"].*/\1 \2/p' ${`${VAULT}/Store/RegistrationKey`} 2>/dev/null)"
fi
printf 'running=%s\n' "$(sed -n 's/.*"InstanceId":"\([^"]*\)".*/\1/p' ${IDENTITY_FILE} 2>/dev/null)"
printf 'machine=%s\n' "$(cat /etc/machine-id 2>/dev/null)"
printf 'clock=%s\n' "$(date +%s)"`

// An output may be read again later, when the controller's clock has moved on: the skew is that of the first time.
const skews = new WeakMap<Output, number>()

/** @throws TaskFailure when the answer makes no sense */
export function parseAgentState(output: Output): AgentState {
  if (output.rc !== 0)
    throw new TaskFailure(
      `the state of the SSM agent cannot be read: ${output.stderr.toString().trim() || 'no answer'}`,
      { hint: 'the registration is readable for root only: set become: true' },
    )
  const lines = output.stdout.toString('latin1').split('\n')
  const value = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
  const form = value('form')
  const clock = Number(value('clock'))
  if (!Number.isSafeInteger(clock) || clock <= 0)
    throw new TaskFailure('the host did not say what time it is', { hint: 'is there a `date` program?' })
  let skew = skews.get(output)
  if (skew === undefined) {
    skew = clock - Math.floor(Date.now() / 1000)
    skews.set(output, skew)
  }
  const registration = /^(mi-[0-9a-f]{8,40}) ([a-z0-9-]{1,40})$/.exec(value('registration') ?? '')
  const running = /^mi-[0-9a-f]{8,40}$/.exec(value('running') ?? '')
  return {
    form: form === 'deb' || form === 'rpm' || form === 'snap' ? form : undefined,
    registration:
      registration === null
        ? undefined
        : { id: registration[1] as string, region: registration[2] as string },
    runningAs: running?.[0],
    machineId: /^[0-9a-f]{32}$/.exec(value('machine') ?? '')?.[0] ?? '',
    clockSkew: skew,
  }
}

/** The look at a host's agent. */
export function observeAgent(): Probe<AgentState> {
  return scriptProbe(READ_AGENT, parseAgentState)
}
