import { createHash } from 'node:crypto'
import { digest } from '../../probes/digest.ts'
import { registration } from '../../probes/registration.ts'
import { sharedKeys } from '../../probes/shared-keys.ts'
import { access } from '../../probes/windows/access.ts'
import { type WindowsFile, windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { type WindowsService, windowsService } from '../../probes/windows/service.ts'
import { ps, psLines } from '../../shell/powershell/ps.ts'
import { joinTexts, revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import { type Action, type ActionResult, defineModule, type Outcome } from '../module.ts'
import { restartWindowsAgent } from '../registration/windows-agent.ts'
import { grants, isWantedAccess } from '../windows/access-list.ts'
import { AGENT, closeKeys, KEYS_VARIABLE, moveKeys } from '../windows/agent-keys.ts'
import { windowsHelperText, windowsProfileText } from '../windows/credential-files.ts'
import { REMOVE_TREE } from '../windows/remove-tree.ts'
import { changeEnvironment, environmentChanges } from '../windows/service-environment.ts'
import { serviceSid } from '../windows/service-sid.ts'

export default defineModule({
  name: 'win_aws_credentials',
  runsOn: 'host',
  platforms: ['windows'],
  documentation: {
    summary: "Gives a collector's service on a Windows host the SSM agent's credentials, always fresh.",
    notes: [
      'The agent writes new keys every half hour, and AWS SDKs read its file once. This sets up a `credential_process` that reads the file and states an expiry.',
      "The agent's file is moved into a folder that only SYSTEM, Administrators and the service's own account may read; the agent is restarted for it once.",
      'The collector needs the variables in `environment` of the result: in `Environment` of its service, or where it has them.',
    ],
    examples: `
- name: credentials that do not go stale
  win_aws_credentials: { service: prometheus }
  register: credentials
`,
    returns: {
      environment: "the variables that the collector's service needs",
      environment_lines: 'the same as lines NAME=VALUE',
      profile: 'name of the profile',
      profile_file: 'path of the file with the profile',
      agent_started: 'whether the agent was restarted for it',
    },
  },
  spec: {
    parameters: {
      service: {
        type: 'str',
        doc: "The collector's service, whose account `NT SERVICE\\name` may read the keys. Needed unless they go.",
      },
      service_environment: {
        type: 'bool',
        default: false,
        doc: "Set the variables, and INSTANCE_ID (the managed node's id), in the environment of the service, which is there then.",
      },
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        default: 'present',
        doc: 'Set up, or taken away: the folder, and what tells the agent of it.',
      },
      profile: { type: 'str', default: 'amp', doc: 'Name of the profile that the collector uses.' },
      folder: {
        type: 'path',
        default: 'C:\\ProgramData\\muster\\aws',
        doc: 'Folder for the keys, the profile and the helper; without blanks.',
      },
      expires_in: {
        type: 'int',
        default: 300,
        doc: 'Seconds after which the collector must ask for the keys again.',
      },
      check_access: {
        type: 'bool',
        default: true,
        doc: 'Compare the access lists at every run; false for a file system that has none.',
      },
    },
    requiredIf: [['state', 'present', ['service']]],
  },
  observe: (params) => {
    const files = filesOf(params.folder, revealText(params.profile), params.expires_in)
    return {
      registration: registration(),
      agent: windowsService(AGENT),
      collector:
        params.service_environment && params.service !== undefined
          ? windowsService(params.service)
          : undefined,
      folder: windowsFile(params.folder),
      digests: files.kept.map(({ path }) => digest(path)),
      keys: sharedKeys(files.credentials),
      access: params.check_access ? [params.folder, files.credentials].map(access) : [],
    }
  },
  async *converge(params, answers, context) {
    const folder = params.folder
    if (/[\s"'%]/.test(folder) || !/^[A-Za-z]:\\/.test(folder))
      throw new TaskFailure(`the folder ${folder} cannot be used`, {
        hint: 'SDKs of AWS start the helper with cmd.exe: a whole path without blanks, quotes and percent signs',
      })
    const files = filesOf(folder, revealText(params.profile), params.expires_in)
    const { agent, collector } = answers
    if (params.state === 'absent') return yield* remove(folder, files.credentials, answers)
    const service = revealText(params.service) ?? ''
    if (!context.check && !agent.exists)
      throw new TaskFailure('the SSM agent is not installed on the host', {
        hint: 'install it in a task before this one',
      })
    const stale = files.kept.filter(({ content }, at) => {
      const found = answers.digests[at]
      return found?.kind !== 'file' || found.sha256 !== sha256(content)
    })
    const readers = [serviceSid(service)]
    const open = answers.access.flatMap(({ sddl }, at) =>
      isWantedAccess(sddl, { folder: at === 0, readers }) ? [] : [at === 0 ? folder : files.credentials],
    )
    const moved = agent.environment.includes(`${KEYS_VARIABLE}=${files.credentials}`)
    const filled = answers.keys !== 'none'
    const made = answers.folder.kind === 'directory'
    const environment = {
      [KEYS_VARIABLE]: files.profile,
      AWS_PROFILE: params.profile,
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const id = answers.registration.node?.id
    const ofService = {
      present: { ...environment, ...(id === undefined ? {} : { INSTANCE_ID: id }) },
      absent: [],
    }
    const unset = collector === undefined ? [] : environmentChanges(ofService, collector)
    const result: Record<string, Value> = {
      profile: params.profile,
      profile_file: files.profile,
      environment: dict(environment),
      environment_lines: Object.entries(environment).map(([name, value]) => joinTexts([name, '=', value])),
      agent_started: false,
    }
    if (made && [...stale, ...open, ...unset].length === 0 && moved && filled) return { result }
    if (!context.check && collector?.exists === false)
      throw new TaskFailure(`there is no service ${service} on the host`, {
        hint: 'make it in a task before this one',
      })
    const parts = [
      ...stale.map(({ path }) => path),
      ...open,
      ...(moved ? [] : [`${KEYS_VARIABLE} of ${AGENT}`]),
      ...(filled ? [] : [files.credentials]),
      ...unset.map((name) => `${name} of ${service}`),
    ]
    const says = `set up ${parts.join(', ')}`
    const output = yield {
      kind: 'run',
      says,
      predicted: result,
      script: psLines([
        // The folder first and closed, so that what is written into it never was open.
        ps`${closeKeys(files.credentials, grants({ folder: true, readers }))}
foreach($p in ${stale.map(({ path, content }) => [path, content])}){[IO.File]::WriteAllText($p[0],$p[1])}`,
        ...(moved ? [] : [moveKeys(files.credentials)]),
        ...(unset.length === 0 ? [] : [changeEnvironment(service, ofService)]),
        ...(moved && filled ? [] : [restartWindowsAgent(), awaitKeys(files.credentials)]),
      ]),
    }
    if (output.rc !== 0)
      throw powerShellFailure(
        output,
        'the credentials cannot be set up',
        'is the host registered, and AmazonSSMAgent running? See C:\\ProgramData\\Amazon\\SSM\\Logs there',
      )
    return { result: { ...result, agent_started: !(moved && filled) } }
  },
})

/** The agent shares its keys where it does by itself again. */
async function* remove(
  folder: string,
  credentials: string,
  { folder: found, agent }: { readonly folder: WindowsFile; readonly agent: WindowsService },
): AsyncGenerator<Action, Outcome, ActionResult> {
  const told = agent.environment.includes(`${KEYS_VARIABLE}=${credentials}`)
  if (found.kind === 'missing' && !told) return {}
  const output = yield {
    kind: 'run',
    says: `remove ${[...(found.kind === 'missing' ? [] : [folder]), ...(told ? [`${KEYS_VARIABLE} of ${AGENT}`] : [])].join(', ')}`,
    script: psLines([
      ...(told ? [changeEnvironment(AGENT, { present: {}, absent: [KEYS_VARIABLE] })] : []),
      ...(told && agent.state === 'running' ? [restartWindowsAgent()] : []),
      ps`${REMOVE_TREE}
$p=m_path ${folder}
if([IO.Directory]::Exists($p)){m_tree (New-Object IO.DirectoryInfo $p)}`,
    ]),
  }
  if (output.rc !== 0) throw powerShellFailure(output, "the credentials' set-up cannot be removed")
  return {}
}

function filesOf(folder: string, profile: string, expiresIn: number) {
  const credentials = `${folder}\\credentials`
  const helper = `${folder}\\creds.ps1`
  const profileFile = `${folder}\\profile`
  return {
    credentials,
    profile: profileFile,
    kept: [
      { path: helper, content: windowsHelperText(credentials, expiresIn) },
      { path: profileFile, content: windowsProfileText(profile, helper) },
    ],
  }
}

/** The agent writes within seconds of its start; it is read with full sharing. */
function awaitKeys(path: string) {
  return ps`$until=[DateTime]::UtcNow.AddSeconds(60)
for(;;){
  $s=New-Object IO.FileStream ${path},'Open','Read','ReadWrite,Delete'
  try{$t=(New-Object IO.StreamReader $s).ReadToEnd()}finally{$s.Dispose()}
  if($t -match '(?m)^aws_session_token'){break}
  if([DateTime]::UtcNow -gt $until){throw 'the agent wrote no keys within 60 seconds'}
  Start-Sleep -Milliseconds 200
}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
