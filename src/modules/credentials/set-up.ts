import { createHash } from 'node:crypto'
import { type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts } from '../../values/secret.ts'
import { requireRootOnly } from '../files/root-only.ts'
import type { Text } from '../parameters.ts'
import { NODE_ID, type PackageForm, restartAgent } from '../registration/agent-state.ts'
import { parentOf } from './files.ts'
import { dropInText, processScript, profileText } from './process-script.ts'
import { dropInPath } from './removal.ts'

/** A file that is kept as it is here, for root. */
export interface Kept {
  readonly path: string
  readonly content: string
  /** Octal. */
  readonly mode: string
}

/** What the module's parameters say of the files. */
export interface CredentialSettings {
  readonly agent_file: string
  readonly process_file: string
  readonly profile_file: string
  readonly node_file: string
  readonly profile: { toString(): string }
  readonly expires_in: number
}

/** The collectors' side: program and profile. */
export function collectorFiles(settings: CredentialSettings): Kept[] {
  return [
    {
      path: settings.process_file,
      // Not a secret: the text holds paths and a number.
      content: processScript(settings.agent_file, settings.expires_in).reveal(),
      mode: '755',
    },
    {
      path: settings.profile_file,
      content: profileText(String(settings.profile), settings.process_file),
      mode: '644',
    },
  ]
}

/** The agent's side: the drop-in that moves its file. */
export function agentDropIn(form: PackageForm, agentFile: string): Kept {
  return { path: dropInPath(form), content: dropInText(agentFile), mode: '644' }
}

/** What the file with the node's id says. */
export function nodeText(id: string): string {
  return `INSTANCE_ID=${id}\n`
}

/** The digest of a text in UTF-8, in hexadecimal digits, as probes give those of files. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Has the agent share its keys in `agentFile` from its next start on. Folder and file are made with their owner before,
 * since it keeps mode and owner of a file that exists. Without a group only root may enter.
 */
export function moveKeysScript(form: PackageForm, agentFile: string): ShellText {
  return sh`umask 022
${requireRootOnly([agentFile])}
${makeFolder(agentFile, 'root')}
${write([agentDropIn(form, agentFile)])}
systemctl daemon-reload || exit 1`
}

/** How the agent comes to write its keys: it is restarted, or asked for nothing but what it does anyway. */
export type Keys = 'restart' | 'wait' | 'there'

/**
 * Makes folder and file, writes what differs (hidden file, then rename) and the node's id, restarts the agent where its
 * file moved, and waits for its keys. Prints `restarted` when it restarted the agent.
 */
export function setUpScript(
  files: Pick<CredentialSettings, 'agent_file' | 'node_file'>,
  group: Text,
  stale: readonly Kept[],
  form: PackageForm,
  keys: Keys,
): ShellText {
  return sh`umask 022
${requireRootOnly([files.agent_file, files.node_file, ...stale.map(({ path }) => path)])}
${makeFolder(files.agent_file, group)}
${write(stale)}
id=$(${NODE_ID})
if [ -z "$id" ]; then echo "the host is not registered" >&2; exit 1; fi
mkdir -p ${parentOf(files.node_file)} && printf 'INSTANCE_ID=%s\n' "$id" >${files.node_file} || exit 1
${keys === 'there' ? sh`exit 0` : awaitKeys(files.agent_file, form, keys)}`
}

function makeFolder(agentFile: string, group: Text): ShellText {
  const owner = joinTexts(['root:', group])
  const folder = parentOf(agentFile)
  return sh`mkdir -p ${parentOf(folder)} || exit 1
if [ ! -d ${folder} ]; then mkdir -m 0750 ${folder} || exit 1; fi
chown ${owner} ${folder} && chmod 0750 ${folder} || exit 1
if [ ! -f ${agentFile} ]; then (umask 077 && : >${agentFile}) || exit 1; fi
chown ${owner} ${agentFile} && chmod 0640 ${agentFile} || exit 1`
}

function write(kept: readonly Kept[]): ShellText {
  return kept.reduce(
    (all, { path, content, mode }) => sh`${all}
mkdir -p ${parentOf(path)} || exit 1
new=$(mktemp ${`${parentOf(path)}/.muster-XXXXXXXX`}) || exit 1
printf '%s' ${content} >"$new" && chmod ${mode} "$new" && mv -f "$new" ${path} || { rm -f "$new"; exit 1; }`,
    sh`:`,
  )
}

/** An agent that was started with its file where it is writes within a second; one that does not is restarted. */
function awaitKeys(agentFile: string, form: PackageForm, keys: 'restart' | 'wait'): ShellText {
  return sh`m_written() {
  m_w=0
  until grep -q '^aws_session_token' ${agentFile}; do
    [ $m_w -lt "$1" ] || return 1
    sleep 0.1
    m_w=$((m_w + 1))
  done
}
${keys === 'wait' ? sh`if m_written 50; then exit 0; fi` : sh`:`}
systemctl daemon-reload || exit 1
${restartAgent(form)} || exit 1
echo restarted
m_written 300 || { echo "the agent wrote no keys within 30 seconds" >&2; exit 1; }`
}
