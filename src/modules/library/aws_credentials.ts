import { createHash } from 'node:crypto'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { dropInText, processScript, profileText } from '../credentials/process-script.ts'
import {
  dropInPath,
  parseCredentialFiles,
  readCredentialFiles,
  removeCredentials,
} from '../credentials/removal.ts'
import { defineModule } from '../module.ts'
import {
  agentUnit,
  NODE_ID,
  type PackageForm,
  PRINT_FORM,
  restartAgent,
} from '../registration/agent-state.ts'

/** A file that this module keeps. */
interface Kept {
  readonly path: string
  readonly content: string
  readonly mode: string
}

type State = CredentialsState | { readonly kind: 'absent'; readonly left: readonly string[] }

interface CredentialsState {
  readonly kind: 'present'
  readonly form: PackageForm | undefined
  readonly groupExists: boolean
  /** `path` -> SHA-256 of what is there and `mode owner:group`, or undefined. */
  readonly files: ReadonlyMap<string, string>
  /** `mode owner:group` of the folder and of the agent's file. */
  readonly folder: string
  readonly agentFile: string
  /** The agent has written keys there. */
  readonly filled: boolean
  /** The file with the node's id says what the Vault says. */
  readonly nodeKnown: boolean
}

export default defineModule({
  name: 'aws_credentials',
  runsOn: 'host',
  documentation: {
    summary: "Gives a collector that runs as its own user the SSM agent's credentials, always fresh.",
    notes: [
      'The agent writes new keys every half hour, and AWS SDKs read its file once: a collector that is pointed at the file stops sending within an hour. This module sets up a `credential_process` instead.',
      "The agent's file is moved out of /root into a folder that only root and `group` can enter.",
      'A non-root program needs `AWS_SHARED_CREDENTIALS_FILE`, `AWS_PROFILE` and `AWS_EC2_METADATA_DISABLED=true` in its environment: see `environment` in the result.',
    ],
    examples: `
- name: credentials that do not go stale
  aws_credentials:
    group: prometheus
  register: credentials
  notify: restart prometheus
`,
    returns: {
      environment: "the variables that the collector's service needs",
      profile: 'name of the profile',
      profile_file: 'path of the file with the profile',
      node_file: "path of an environment file with INSTANCE_ID, the managed node's id",
    },
  },
  spec: {
    parameters: {
      group: {
        type: 'str',
        doc: "Group that may read the credentials: the collector's own. Needed unless they go.",
      },
      profile: { type: 'str', default: 'amp', doc: 'Name of the profile that the collector uses.' },
      profile_file: {
        type: 'path',
        default: '/etc/muster/aws-profile',
        doc: "The file with that profile, for the collector's AWS_SHARED_CREDENTIALS_FILE.",
      },
      agent_file: {
        type: 'path',
        default: '/var/lib/muster/aws/credentials',
        doc: 'Where the agent writes its keys; its folder is made for it alone.',
      },
      process_file: {
        type: 'path',
        default: '/usr/local/lib/muster/aws-credentials',
        doc: 'The program that prints the keys.',
      },
      node_file: {
        type: 'path',
        default: '/etc/muster/node.env',
        doc: "An environment file for the collector's unit: INSTANCE_ID is the managed node's id.",
      },
      expires_in: {
        type: 'int',
        default: 300,
        doc: 'Seconds after which the collector must ask for the keys again.',
      },
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        default: 'present',
        doc: 'Set up, or taken away: the files, and folders that are empty then.',
      },
    },
    requiredIf: [['state', 'present', ['group']]],
  },
  observe(params): { state: Probe<State> } {
    if (params.state === 'absent')
      return {
        state: scriptProbe(readCredentialFiles(params), (output) => ({
          kind: 'absent',
          left: parseCredentialFiles(params, output.stdout.toString('utf8')),
        })),
      }
    const kept = keptFiles(params)
    const folder = parentOf(params.agent_file)
    const dropIns = (['deb', 'snap'] as const).map((form) => dropInPath(form))
    const paths = [...kept.map(({ path }) => path), ...dropIns]
    const script = sh`${PRINT_FORM}
if getent group ${String(params.group)} >/dev/null 2>&1 || grep -q ${`^${String(params.group)}:`} /etc/group; then echo group=yes; fi
for path in ${paths}; do
  if [ -f "$path" ]; then printf 'file=%s %s %s\n' "$(sha256sum <"$path" | cut -c1-64)" "$(stat -c '%a:%U:%G' "$path")" "$path"; fi
done
printf 'folder=%s\n' "$(stat -c '%a:%U:%G' ${folder} 2>/dev/null)"
printf 'agent=%s\n' "$(stat -c '%a:%U:%G' ${params.agent_file} 2>/dev/null)"
if grep -q '^aws_session_token' ${params.agent_file} 2>/dev/null; then echo filled=yes; fi
if [ -n "$(${NODE_ID})" ] && [ "INSTANCE_ID=$(${NODE_ID})" = "$(cat ${params.node_file} 2>/dev/null)" ]; then echo node=yes; fi
exit 0`
    return {
      state: scriptProbe(script, (output): State => {
        if (output.rc !== 0) throw new TaskFailure("the credentials' set-up cannot be read")
        const lines = output.stdout.toString().split('\n')
        const value = (key: string) =>
          lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
        const form = value('form')
        const files = new Map<string, string>()
        for (const line of lines) {
          const found = /^file=([0-9a-f]{64}) ([0-7]{3,4}:[^ ]+:[^ ]+) (\/.*)$/.exec(line)
          if (found !== null) files.set(found[3] as string, `${found[1]} ${found[2]}`)
        }
        return {
          kind: 'present',
          form: form === 'deb' || form === 'rpm' || form === 'snap' ? form : undefined,
          groupExists: value('group') === 'yes',
          files,
          folder: value('folder'),
          agentFile: value('agent'),
          filled: value('filled') === 'yes',
          nodeKnown: value('node') === 'yes',
        }
      }),
    }
  },
  async *converge(params, { state }, context) {
    if (state.kind === 'absent') return yield* removeCredentials(params, state.left)
    const group = String(params.group)
    const form = state.form
    if (!context.check && form === undefined)
      throw new TaskFailure('the SSM agent is not installed on the host', {
        hint: 'install its package in a task before this one',
      })
    if (!context.check && !state.groupExists)
      throw new TaskFailure(`there is no group '${group}' on the host`, {
        hint: 'make it with the group or user module in a task before this one',
      })
    const unit = agentUnit(form ?? 'deb')
    const dropIn: Kept = {
      path: dropInPath(form ?? 'deb'),
      content: dropInText(params.agent_file),
      mode: '644',
    }
    const stale = [...keptFiles(params), dropIn].filter(
      ({ path, content, mode }) => state.files.get(path) !== `${sha256(content)} ${mode}:root:root`,
    )
    const moved = stale.includes(dropIn)
    const folderWrong = state.folder !== `750:root:${group}`
    const fileWrong = state.agentFile !== `640:root:${group}`
    const result = {
      profile: params.profile,
      profile_file: params.profile_file,
      node_file: params.node_file,
      environment: dict({
        AWS_SHARED_CREDENTIALS_FILE: params.profile_file,
        AWS_PROFILE: params.profile,
        AWS_EC2_METADATA_DISABLED: 'true',
      }),
    }
    if (stale.length === 0 && !folderWrong && !fileWrong && state.filled && state.nodeKnown) return { result }

    const changes = [
      ...stale.map(({ path }) => path),
      ...(folderWrong ? [parentOf(params.agent_file)] : []),
      ...(fileWrong || !state.filled ? [params.agent_file] : []),
      ...(state.nodeKnown ? [] : [params.node_file]),
    ]
    const output = yield {
      kind: 'run',
      says: `set up ${changes.join(', ')}`,
      diff: [
        {
          header: 'credentials for collectors',
          before: dict({ files: [...state.files.keys()], folder: state.folder, agent_file: state.agentFile }),
          after: dict({
            files: [...keptFiles(params).map(({ path }) => path), dropIn.path],
            folder: `750:root:${group}`,
            agent_file: `640:root:${group}`,
          }),
        },
      ],
      predicted: result,
      script: setUpScript(params, group, stale, form ?? 'deb', moved || fileWrong || !state.filled),
    }
    if (output.rc !== 0)
      throw new TaskFailure(
        `the credentials cannot be set up: ${output.stderr.toString().trim() || `exit status ${output.rc ?? 'none'}`}`,
        { hint: `is the host registered, and ${unit} running? See journalctl -u ${unit} there` },
      )
    return { result }
  },
})

function keptFiles(params: {
  readonly agent_file: string
  readonly process_file: string
  readonly profile_file: string
  readonly profile: { toString(): string }
  readonly expires_in: number
}): Kept[] {
  return [
    {
      path: params.process_file,
      // Not a secret: the text holds paths and a number.
      content: processScript(params.agent_file, params.expires_in).reveal(),
      mode: '755',
    },
    {
      path: params.profile_file,
      content: profileText(String(params.profile), params.process_file),
      mode: '644',
    },
  ]
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Makes folder and file with their owner before the agent writes there (it keeps mode and owner of a file that exists),
 * writes what differs (hidden file, then rename), restarts the agent where its file moved, and waits for its keys.
 */
function setUpScript(
  files: { readonly agent_file: string; readonly node_file: string },
  group: string,
  stale: readonly Kept[],
  form: PackageForm,
  restart: boolean,
): ShellText {
  const writes = stale.map(
    ({ path, content, mode }) => sh`
mkdir -p ${parentOf(path)} || exit 1
new=$(mktemp ${`${parentOf(path)}/.muster-XXXXXXXX`}) || exit 1
printf '%s' ${content} >"$new" && chmod ${mode} "$new" && mv -f "$new" ${path} || { rm -f "$new"; exit 1; }`,
  )
  const agentFile = files.agent_file
  const folder = parentOf(agentFile)
  return sh`umask 022
mkdir -p ${parentOf(folder)} || exit 1
if [ ! -d ${folder} ]; then mkdir -m 0750 ${folder} || exit 1; fi
chown ${`root:${group}`} ${folder} && chmod 0750 ${folder} || exit 1
if [ ! -f ${agentFile} ]; then (umask 077 && : >${agentFile}) || exit 1; fi
chown ${`root:${group}`} ${agentFile} && chmod 0640 ${agentFile} || exit 1${writes.length === 0 ? sh`` : joined(writes)}
id=$(${NODE_ID})
if [ -z "$id" ]; then echo "the host is not registered" >&2; exit 1; fi
mkdir -p ${parentOf(files.node_file)} && printf 'INSTANCE_ID=%s\n' "$id" >${files.node_file} || exit 1
${restart ? restartAndWait(agentFile, form) : sh`exit 0`}`
}

function joined(parts: readonly ShellText[]): ShellText {
  return parts.reduce((all, part) => sh`${all}${part}`, sh``)
}

function restartAndWait(agentFile: string, form: PackageForm): ShellText {
  return sh`systemctl daemon-reload || exit 1
${restartAgent(form)} || exit 1
waited=0
until grep -q '^aws_session_token' ${agentFile}; do
  if [ $waited -ge 300 ]; then echo "the agent wrote no keys within 30 seconds" >&2; exit 1; fi
  sleep 0.1
  waited=$((waited + 1))
done`
}
