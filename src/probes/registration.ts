import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsRows } from './windows/rows.ts'

/** Where the SSM agent keeps its registration: the truth, and the copy that may be stale (facts/ssm-agent.md 3.1). */
export const SSM_FOLDER = '/var/lib/amazon/ssm'
export const VAULT = '/var/lib/amazon/ssm/Vault'
const REGISTRATION_KEY = '/var/lib/amazon/ssm/Vault/Store/RegistrationKey'
const MANIFEST = '/var/lib/amazon/ssm/Vault/Manifest'
const IDENTITY = '/var/lib/amazon/ssm/runtimeconfig/identity_config.json'

/** What a host says of its registration with Systems Manager. What it says of itself only: never proof. */
export interface Registration {
  /** From the Vault; undefined when not registered, whatever the plain `registration` file says. */
  readonly node: { readonly id: string; readonly region: string } | undefined
  /** Identity that the agent took up when it was last started; undefined before that. */
  readonly runningAs: string | undefined
  /** Of /etc/machine-id, and of the firmware (SMBIOS) on Windows, which the agent compares there; empty where there is none. */
  readonly machineId: string
  /** On Windows: the agent's version as its set-up registered it, '' when it is not installed. */
  readonly windowsVersion?: string
}

/** An expression that gives id and region of the node with a blank between, or a blank alone: nothing else of the key's file. */
const WINDOWS_NODE = ps`$(
  $m_o=' '
  try{
    $m_d="$env:ProgramData\Amazon\SSM\InstanceData\Vault"
    if([IO.File]::ReadAllText("$m_d\Manifest") -match '"RegistrationKey"' -and
      [IO.File]::ReadAllText("$m_d\Store\RegistrationKey") -match '"instanceID":"(mi-[0-9a-f]{8,40})","region":"([a-z0-9-]{1,40})"'){$m_o="$($Matches[1]) $($Matches[2])"}
  }catch{}
  $m_o
)`

/** An expression that gives the node's id from the Vault, the empty text when the host is not registered. */
export const WINDOWS_NODE_ID = ps`(${WINDOWS_NODE}.Split(' ')[0])`

const kind: ProbeKind<null, Registration> = {
  name: 'registration',
  // A restarted agent takes up another identity.
  subjects: ['files', 'units', 'packages'],
  key: () => '',
  posix: {
    // Each file is one line of JSON without a line end, so `read` gives it and fails. The line with the private key is
    // cut by the shell itself, and forgotten: it is never printed, and no program gets it.
    script: () => sh`m_i=; m_g=; m_r=; m_k=; m_l=
{ IFS= read -r m_l; } 2>/dev/null <${MANIFEST}
case $m_l in *'"RegistrationKey"'*) m_l=; { IFS= read -r m_l; } 2>/dev/null <${REGISTRATION_KEY} ;; *) m_l= ;; esac
case $m_l in '{"instanceID":"mi-'*'","region":"'*'"privateKey":"'[!\"]*)
  m_l=\${m_l#'{"instanceID":"'}; m_i=\${m_l%%'"'*}; m_l=\${m_l#"$m_i"'","region":"'}; m_g=\${m_l%%'"'*} ;;
esac
m_l=; { IFS= read -r m_l; } 2>/dev/null <${IDENTITY}
case $m_l in *'"InstanceId":"'*) m_l=\${m_l#*'"InstanceId":"'}; m_r=\${m_l%%'"'*} ;; esac
{ IFS= read -r m_k; } 2>/dev/null </etc/machine-id
m_l=
printf '%s %s\n%s\n%s\n' "$m_i" "$m_g" "$m_r" "$m_k"`,
    read: (output) => {
      const rows = output.stdout.toString('latin1').split('\n')
      if (output.truncated || output.timedOut || rows.length !== 4)
        throw new TaskFailure("look at the registration: the host's answer cannot be read")
      const [node = '', runningAs = '', machineId = ''] = rows
      const found = /^(mi-[0-9a-f]{8,40}) ([a-z0-9-]{1,40})$/.exec(node)
      return [
        {
          node: found === null ? undefined : { id: found[1] as string, region: found[2] as string },
          runningAs: /^mi-[0-9a-f]{8,40}$/.exec(runningAs)?.[0],
          machineId: /^[0-9a-f]{32}$/.exec(machineId)?.[0] ?? '',
        },
      ]
    },
  },
  powershell: {
    // The key's file holds the private key of the machine: two fields are cut out here, the rest is not printed.
    script: () => ps`$n=${WINDOWS_NODE}
$i,$g=$n.Split(' ')
$r=''
try{if([IO.File]::ReadAllText("$env:ProgramData\Amazon\SSM\runtimeconfig\identity_config.json") -match '"InstanceId":"(mi-[0-9a-f]{8,40})"'){$r=$Matches[1]}}catch{}
$u=m_key 'HKLM:\SYSTEM\HardwareConfig'
$m=''
if($null -ne $u){$m="$($u.GetValue('LastConfig',''))".Trim('{','}')}
$k=m_key 'HKLM:\SYSTEM\CurrentControlSet\Services\AmazonSSMAgent'
$v=''
if($null -ne $k){$v="$($k.GetValue('Version','installed'))"}
foreach($x in $i,$g,$r,$m,$v){f $x}`,
    read: (output) => {
      const [[id = '', region = '', runningAs = '', guid = '', version = ''] = []] = windowsRows(
        output,
        'the registration',
        5,
        1,
      )
      return [
        {
          node: /^mi-[0-9a-f]{8,40}$/.test(id) ? { id, region } : undefined,
          runningAs: /^mi-[0-9a-f]{8,40}$/.exec(runningAs)?.[0],
          machineId: /^[0-9a-f]{32}$/.exec(guid.replaceAll('-', '').toLowerCase())?.[0] ?? '',
          windowsVersion: version,
        },
      ]
    },
  },
}

/** The registration as the host's Vault has it; for root only. Costs no process. */
export function registration(): Probe<Registration> {
  return probe(kind, null)
}
