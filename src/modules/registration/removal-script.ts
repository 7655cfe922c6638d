import { type ShellText, sh } from '../../shell/sh.ts'
import { agentUnit, type PackageForm } from './agent-state.ts'

/** Where the agent keeps what makes a host a managed node, and its logs: removing its package leaves both. */
const DATA = '/var/lib/amazon/ssm'
const LOGS = '/var/log/amazon/ssm'
/** Its configuration, which no removal of the package takes that it did not bring. */
const CONFIGURATION = '/etc/amazon/ssm/amazon-ssm-agent.json'
/** Where the agent shares its keys before muster moves the file (facts/ssm-agent.md 4.1). */
const KEYS = '/root/.aws/credentials'

/**
 * Whether a file holds the agent's keys and nothing else: one section `default` with a session token. The agent writes
 * over that section anyway; a file with more in it is somebody's.
 */
const AGENTS_KEYS: ShellText = sh`[ -f ${KEYS} ] && grep -q '^aws_session_token' ${KEYS} && ! grep -Evq '^[[:space:]]*$|^\[default\]$|^aws_(access_key_id|secret_access_key|session_token)[[:space:]]*=' ${KEYS}`

/** Prints `left=PATH` for what a registration left on the host, and `active=UNIT` for a running agent. */
export const READ_LEFT: ShellText = sh`for m_p in ${[DATA, LOGS, CONFIGURATION]}; do if [ -e "$m_p" ]; then echo "left=$m_p"; fi; done
if ${AGENTS_KEYS}; then echo ${`left=${KEYS}`}; fi
for m_u in ${[agentUnit('deb'), agentUnit('snap')]}; do
  case $(systemctl is-active "$m_u" 2>/dev/null) in active|activating|reloading|deactivating) echo "active=$m_u" ;; esac
done
exit 0`

export interface Left {
  readonly paths: readonly string[]
  /** The agent runs, or is about to. */
  readonly active: boolean
}

export function parseLeft(stdout: string): Left {
  const values = (key: string) =>
    stdout.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
  // Only paths that were asked for: what a host prints decides nothing.
  const paths = values('left')
  return {
    paths: [DATA, LOGS, CONFIGURATION, KEYS].filter((path) => paths.includes(path)),
    active: values('active').length > 0,
  }
}

/** Stops the agent, so that it pings no more and writes nothing into what is removed next. */
export function stopAgentScript(form: PackageForm): ShellText {
  return sh`systemctl stop ${agentUnit(form)}`
}

/** Lower ones first. They go where nothing else is in them. */
const FOLDERS = ['/var/lib/amazon', '/var/log/amazon', '/etc/amazon/ssm', '/etc/amazon', '/root/.aws']

/** Removes registration, keys, data, logs and configuration, and folders that are empty then. */
export function removeLeftScript(left: readonly string[]): ShellText {
  return sh`rm -rf -- ${left} || exit 1
for m_d in ${FOLDERS}; do rmdir -- "$m_d" 2>/dev/null; done
exit 0`
}
