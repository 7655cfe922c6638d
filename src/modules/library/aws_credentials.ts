import { group } from '../../probes/account.ts'
import { digest } from '../../probes/digest.ts'
import { registration } from '../../probes/registration.ts'
import { sharedKeys } from '../../probes/shared-keys.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { joinTexts, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { parentOf } from '../credentials/files.ts'
import { credentialFileProbes, dropInPath, leftFiles, removeCredentials } from '../credentials/removal.ts'
import {
  agentDropIn,
  type CredentialSettings,
  collectorFiles,
  nodeText,
  setUpScript,
  sha256,
} from '../credentials/set-up.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'
import { agentUnit, formOf, installationProbes, type PackageForm } from '../registration/agent-state.ts'

export default defineModule({
  name: 'aws_credentials',
  runsOn: 'host',
  documentation: {
    summary: "Gives a collector that runs as its own user the SSM agent's credentials, always fresh.",
    notes: [
      'The agent writes new keys every half hour, and AWS SDKs read its file once: a collector that is pointed at the file stops sending within an hour. This module sets up a `credential_process` instead.',
      "The agent's file is moved out of /root into a folder that only root and `group` can enter.",
      'The agent is restarted where its file moves. A host that registers with `agent_file` of `ssm_registration` has it there from the first start on, and needs no restart here.',
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
      agent_started: 'whether the agent was restarted for it',
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
  observe: (params) => (params.state === 'absent' ? absentProbes(params) : presentProbes(params)),
  async *converge(params, answers, context) {
    if (answers.left !== undefined) return yield* removeCredentials(params, leftFiles(params, answers.left))
    const group = params.group ?? ''
    const form = posixForm(formOf(answers))
    if (!context.check && form === undefined)
      throw new TaskFailure('the SSM agent is not installed on the host', {
        hint: 'install its package in a task before this one',
      })
    if (!context.check && answers.group === null)
      throw new TaskFailure(`there is no group '${group}' on the host`, {
        hint: 'make it with the group or user module in a task before this one',
      })
    const unit = agentUnit(form ?? 'deb')
    const dropIn = agentDropIn(form ?? 'deb', params.agent_file)
    const kept = [...collectorFiles(params), dropIn]
    const there = new Map(
      pathsOf(params).map((path, at) => [path, { stat: answers.files[at], digest: answers.digests[at] }]),
    )
    const stale = kept.filter(({ path, content, mode }) => {
      const { stat, digest } = there.get(path)!
      return (
        owned(stat) !== `${mode}:root:root` || digest?.kind !== 'file' || digest.sha256 !== sha256(content)
      )
    })
    const { node } = answers.registration
    const filled = answers.keys !== 'none'
    const nodeKnown =
      node !== undefined && answers.node.kind === 'file' && answers.node.sha256 === sha256(nodeText(node.id))
    const folder = owned(answers.folder)
    const agentFile = owned(answers.agentFile)
    const folderWrong = !sameText(joinTexts(['750:root:', group]), folder)
    const fileWrong = !sameText(joinTexts(['640:root:', group]), agentFile)
    const result = {
      profile: params.profile,
      profile_file: params.profile_file,
      node_file: params.node_file,
      environment: dict({
        AWS_SHARED_CREDENTIALS_FILE: params.profile_file,
        AWS_PROFILE: params.profile,
        AWS_EC2_METADATA_DISABLED: 'true',
      }),
      agent_started: false,
    }
    if (stale.length === 0 && !folderWrong && !fileWrong && filled && nodeKnown) return { result }

    const changes = [
      ...stale.map(({ path }) => path),
      ...(folderWrong ? [parentOf(params.agent_file)] : []),
      ...(fileWrong || !filled ? [params.agent_file] : []),
      ...(nodeKnown ? [] : [params.node_file]),
    ]
    const keys = stale.includes(dropIn) ? 'restart' : filled ? 'there' : 'wait'
    const output = yield {
      kind: 'run',
      says: `set up ${changes.join(', ')}`,
      diff: [
        {
          header: 'credentials for collectors',
          before: dict({
            files: [...there].flatMap(([path, { digest }]) => (digest?.kind === 'file' ? [path] : [])),
            folder,
            agent_file: agentFile,
          }),
          after: dict({
            files: kept.map(({ path }) => path),
            folder: `750:root:${group}`,
            agent_file: `640:root:${group}`,
          }),
        },
      ],
      predicted: result,
      contained: true,
      script: setUpScript(params, group, stale, form ?? 'deb', keys),
    }
    if (output.rc !== 0)
      throw hostFailure('the credentials cannot be set up', output, {
        hint: `is the host registered, and ${unit} running? See journalctl -u ${unit} there`,
      })
    return { result: { ...result, agent_started: output.stdout.toString('latin1') === 'restarted\n' } }
  },
})

/** Windows hosts never come here: the module is not for them. */
function posixForm(form: ReturnType<typeof formOf>): PackageForm | undefined {
  return form === 'windows' ? undefined : form
}

type Settings = CredentialSettings & { readonly group: Text | undefined }

/** Where the set-up may have put files: both places of the drop-in, whichever the agent's unit is. */
function pathsOf(settings: Settings): string[] {
  return [...collectorFiles(settings).map(({ path }) => path), dropInPath('deb'), dropInPath('snap')]
}

function absentProbes(settings: Settings) {
  return { left: credentialFileProbes(settings) }
}

function presentProbes(settings: Settings) {
  const paths = pathsOf(settings)
  return {
    left: undefined,
    ...installationProbes(),
    registration: registration(),
    group: group(String(settings.group)),
    files: paths.map(stat),
    digests: paths.map(digest),
    folder: stat(parentOf(settings.agent_file)),
    agentFile: stat(settings.agent_file),
    keys: sharedKeys(settings.agent_file),
    node: digest(settings.node_file),
  }
}

/** `mode:owner:group` of a regular file or folder, empty when nothing of that kind is there; links count as what they lead to. */
function owned(facts: PathFacts | undefined): string {
  const found = facts?.target?.stat ?? facts?.stat
  return found === null || found === undefined
    ? ''
    : `${found.mode.toString(8)}:${found.owner}:${found.group}`
}
