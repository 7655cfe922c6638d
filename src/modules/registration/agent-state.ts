import type { Clock } from '../../probes/clock.ts'
import { clock } from '../../probes/clock.ts'
import { type ManagedPackage, managedPackage } from '../../probes/package.ts'
import { type Registration, registration } from '../../probes/registration.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { type ShellText, sh } from '../../shell/sh.ts'

/** How the agent is installed; unit and program follow from it, never from the distribution's name (facts/ssm-agent.md 5.5). */
export type PackageForm = 'deb' | 'rpm' | 'snap'

/** The same on any host: `windows` is the agent's own set-up. */
export type AgentForm = PackageForm | 'windows'

/** What a host says of its agent and its registration. */
export interface AgentState {
  readonly form: AgentForm | undefined
  /** The host is a Windows host. */
  readonly windows: boolean
  /** From the Vault; undefined when not registered, whatever the plain `registration` file says. */
  readonly registration: { readonly id: string; readonly region: string } | undefined
  /** Identity that the running agent uses; undefined before its first start after a registration. */
  readonly runningAs: string | undefined
  readonly machineId: string
  /** Seconds that the host's clock is ahead of the controller's, as seen when its answer arrived. */
  readonly clockSkew: number
}

/** The answers to {@link installationProbes}. */
export interface InstallationAnswers {
  readonly package: ManagedPackage
  readonly snap: PathFacts
  readonly registration?: Registration
}

/** The answers to {@link agentProbes}. */
export interface AgentAnswers extends InstallationAnswers {
  readonly registration: Registration
  readonly clock: Clock
}

const UNITS = {
  deb: 'amazon-ssm-agent.service',
  rpm: 'amazon-ssm-agent.service',
  snap: 'snap.amazon-ssm-agent.amazon-ssm-agent.service',
  windows: 'AmazonSSMAgent',
} as const

const PROGRAMS = {
  deb: '/usr/bin/amazon-ssm-agent',
  rpm: '/usr/bin/amazon-ssm-agent',
  snap: '/snap/amazon-ssm-agent/current/amazon-ssm-agent',
} as const

/** The agent's unit, by the form of its package. */
export function agentUnit(form: AgentForm): string {
  return UNITS[form]
}

/**
 * Restarts the agent, with drop-ins that systemd has not read yet. systemd refuses a unit's sixth start within ten seconds, and package, registration and
 * credentials start it in that time; it means services that crash, so its count begins anew then.
 */
export function restartAgent(form: PackageForm): ShellText {
  const unit = agentUnit(form)
  return sh`{ [ "$(systemctl show -P NeedDaemonReload ${unit})" = no ] || systemctl daemon-reload; systemctl restart ${unit} || { systemctl reset-failed ${unit} && systemctl restart ${unit}; }; }`
}

/** The path of the agent's program, by the form of its package. */
export function agentProgram(form: PackageForm): string {
  return PROGRAMS[form]
}

/** For hints: where the agent says what went wrong. */
export function agentLog(form: AgentForm): string {
  return form === 'windows'
    ? 'see C:\\ProgramData\\Amazon\\SSM\\Logs on the host'
    : `see journalctl -u ${agentUnit(form)} on the host`
}

/** How the agent is installed. The same questions from all modules that need to know, so they are asked once. */
export function installationProbes() {
  return { package: managedPackage('amazon-ssm-agent'), snap: stat('/snap/amazon-ssm-agent/current') }
}

/** What there is to know of the agent before it is registered or taken away. */
export function agentProbes() {
  return { ...installationProbes(), registration: registration(), clock: clock() }
}

/** The snap first: the deb refuses to be installed beside it. */
export function formOf({
  package: known,
  snap,
  registration: seen,
}: InstallationAnswers): AgentForm | undefined {
  if (seen?.windowsVersion !== undefined) return seen.windowsVersion === '' ? undefined : 'windows'
  if ((snap.target?.stat ?? snap.stat)?.kind === 'directory') return 'snap'
  if (known.status !== 'installed') return undefined
  return known.manager === 'dpkg' ? 'deb' : 'rpm'
}

/** The answers to {@link agentProbes} in the words of the modules; the skew of the clock in seconds. */
export function agentOf(answers: AgentAnswers): AgentState {
  const { node, runningAs, machineId, windowsVersion } = answers.registration
  return {
    form: formOf(answers),
    windows: windowsVersion !== undefined,
    registration: node,
    runningAs,
    machineId,
    clockSkew: answers.clock.skew,
  }
}

/**
 * Prints the managed node's id from the Vault, nothing when the host is not registered: for scripts that change it,
 * which look again while they hold the lock.
 */
export const NODE_ID: ShellText = sh`sed -n 's/^{"instanceID":"\(mi-[0-9a-f]*\)".*/\1/p' ${'/var/lib/amazon/ssm/Vault/Store/RegistrationKey'} 2>/dev/null`
