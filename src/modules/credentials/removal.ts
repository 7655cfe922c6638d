import { type PathFacts, stat } from '../../probes/stat.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { dict } from '../../values/value.ts'
import { requireRootOnly } from '../files/root-only.ts'
import type { Action, ActionResult, Outcome } from '../module.ts'
import { agentUnit } from '../registration/agent-state.ts'
import { parentOf } from './files.ts'

/** Where the set-up put its files. */
export interface CredentialFiles {
  readonly agent_file: string
  readonly process_file: string
  readonly profile_file: string
  readonly node_file: string
}

/** The drop-in that moves the agent's own file. */
export function dropInPath(form: 'deb' | 'rpm' | 'snap'): string {
  return `/etc/systemd/system/${agentUnit(form)}.d/50-muster-credentials.conf`
}

function filesOf(files: CredentialFiles): string[] {
  const { agent_file, process_file, profile_file, node_file } = files
  return [dropInPath('deb'), dropInPath('snap'), process_file, profile_file, node_file, agent_file]
}

/** The look at the files of the set-up; {@link leftFiles} reads the answers. */
export function credentialFileProbes(files: CredentialFiles) {
  return filesOf(files).map(stat)
}

/** Of the files of the set-up those that the host has. */
export function leftFiles(files: CredentialFiles, found: readonly PathFacts[]): string[] {
  return filesOf(files).filter((_, at) => found[at]?.stat !== null)
}

/** Takes the set-up away: files, folders that are empty then, and the agent's knowledge of them. */
export async function* removeCredentials(
  files: CredentialFiles,
  left: readonly string[],
): AsyncGenerator<Action, Outcome, ActionResult> {
  if (left.length === 0) return {}
  const units = (['deb', 'snap'] as const).filter((form) => left.includes(dropInPath(form))).map(agentUnit)
  const output = yield {
    kind: 'run',
    says: `remove ${left.join(', ')}`,
    diff: [
      {
        header: 'credentials for collectors',
        before: dict({ files: [...left] }),
        after: dict({ files: [] }),
      },
    ],
    script: removalScript(files, left, units),
  }
  if (output.rc !== 0) throw hostFailure("the credentials' set-up cannot be removed", output)
  return {}
}

/** Folders that the set-up makes, lower ones first: they go where they are empty, and nothing above them does. */
function foldersOf(files: CredentialFiles): string[] {
  const keys = parentOf(files.agent_file)
  const folders = [...filesOf(files).map(parentOf), keys, parentOf(keys)]
  return [...new Set(folders)]
}

function removalScript(files: CredentialFiles, left: readonly string[], units: readonly string[]): ShellText {
  return sh`${requireRootOnly(left)}
rm -f -- ${left} || exit 1
for m_d in ${foldersOf(files)}; do rmdir -- "$m_d" 2>/dev/null; done
${
  units.length === 0
    ? sh`exit 0`
    : sh`systemctl daemon-reload || exit 1
systemctl try-restart -- ${units} || exit 1`
}`
}
