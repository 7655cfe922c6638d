import type { AnswersOf } from '../../probes/probe.ts'
import { sharedKeys } from '../../probes/shared-keys.ts'
import { stat } from '../../probes/stat.ts'
import { isRunning, unitSummary } from '../../probes/unit-summary.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { agentUnit, type PackageForm } from './agent-state.ts'

/** Where the agent keeps what makes a host a managed node, and its logs: removing its package leaves both. */
const DATA = '/var/lib/amazon/ssm'
const LOGS = '/var/log/amazon/ssm'
/** Its configuration, which no removal of the package takes that it did not bring. */
const CONFIGURATION = '/etc/amazon/ssm/amazon-ssm-agent.json'
/** Its way to AWS, as the playbooks set it up (playbooks/tasks/network.yaml). */
const NETWORK = [
  '/etc/systemd/system/amazon-ssm-agent.service.d/60-muster-network.conf',
  '/etc/muster/network.env',
  '/etc/muster/ca.pem',
]
const LEFT = [DATA, LOGS, CONFIGURATION, ...NETWORK]
/** Where the agent shares its keys before muster moves the file (facts/ssm-agent.md 4.1). */
const KEYS = '/root/.aws/credentials'

/** What a registration left on a host. */
export interface Left {
  readonly paths: readonly string[]
  /** The agent runs, or is about to. */
  readonly active: boolean
}

/** The look at what a registration left; {@link leftOf} reads the answers. */
export function leftProbes() {
  return {
    left: LEFT.map(stat),
    keys: sharedKeys(KEYS),
    agents: [agentUnit('deb'), agentUnit('snap')].map(unitSummary),
  }
}

/** A file of keys with more in it than the agent's is somebody's, and stays. */
export function leftOf({ left, keys, agents }: AnswersOf<ReturnType<typeof leftProbes>>): Left {
  const paths = LEFT.filter((_, at) => left[at]?.stat !== null)
  return {
    paths: keys === 'alone' ? [...paths, KEYS] : paths,
    active: agents.some(isRunning),
  }
}

/** Stops the agent, so that it pings no more and writes nothing into what is removed next. */
export function stopAgentScript(form: PackageForm): ShellText {
  return sh`systemctl stop ${agentUnit(form)}`
}

/** Lower ones first. They go where nothing else is in them. */
const FOLDERS = [
  ...['/var/lib/amazon', '/var/log/amazon', '/etc/amazon/ssm', '/etc/amazon', '/root/.aws'],
  ...['/etc/systemd/system/amazon-ssm-agent.service.d', '/etc/muster'],
]

/** Removes registration, keys, data, logs and configuration, and folders that are empty then. */
export function removeLeftScript(left: readonly string[]): ShellText {
  return sh`rm -rf -- ${left} || exit 1
for m_d in ${FOLDERS}; do rmdir -- "$m_d" 2>/dev/null; done
${left.includes(NETWORK[0]!) ? sh`systemctl daemon-reload` : sh`exit 0`}`
}
