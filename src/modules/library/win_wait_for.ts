import { one, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule, look } from '../module.ts'
import type { Text } from '../parameters.ts'
import { pause, WAIT_PARAMETERS } from '../waiting/parameters.ts'

/** Bytes of the end of a file that regex is looked for in. */
const MOST_TEXT = 4_000_000

export default defineModule({
  name: 'win_wait_for',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Waits until a port of a Windows host answers, a file is there, or a text is in it.',
    notes: [
      'Never changed; it waits in check mode too, as in Ansible. A condition that holds when muster looks costs no request of its own.',
      'Everything is looked at from the host. regex is one of .NET, without case, for lines; of a large file it sees the last 4 MB.',
    ],
    examples: `
- name: exporter answers
  win_wait_for: { port: 9182, timeout: 60 }
- name: service says that it is ready
  win_wait_for: { path: 'C:\\ProgramData\\app\\app.log', regex: 'ready in \\d+ ms' }
`,
    returns: { elapsed: 'seconds waited', wait_attempts: 'how often it was looked' },
  },
  spec: {
    parameters: {
      ...WAIT_PARAMETERS,
      path: { type: 'path', doc: 'A file or folder.' },
      regex: {
        type: 'str',
        aliases: ['search_regex', 'regexp'],
        doc: 'Has to match in the file; with absent, must not.',
      },
      exclude_hosts: {
        type: 'list',
        elements: 'str',
        doc: 'With drained: hosts whose connections do not count.',
      },
    },
    mutuallyExclusive: [['port', 'path']],
  },
  observe: (params) => {
    refuse(params)
    const nothing = params.port === undefined && params.path === undefined
    return { first: nothing || params.delay > 0 ? undefined : condition(params) }
  },
  async *converge(params, { first }) {
    const start = performance.now()
    let waited = 0
    const elapsed = () => Math.round((performance.now() - start) / 1000)
    const paused = (seconds: number) => {
      waited += seconds
      return pause(seconds)
    }
    if (params.port === undefined && params.path === undefined) {
      yield paused(params.timeout)
      return { result: { elapsed: elapsed(), wait_attempts: 0 } }
    }
    if (first === true) return { result: { elapsed: 0, wait_attempts: 1 } }
    if (params.delay > 0) yield paused(params.delay)
    const what = params.path ?? `${params.host}:${params.port}`
    const late = () =>
      Math.max(performance.now() - start, waited * 1000) + params.sleep * 1000 > params.timeout * 1000
    let attempts = first === undefined ? 0 : 1
    do {
      if (attempts > 0) {
        if (late()) break
        yield paused(params.sleep)
      }
      const { holds } = yield* look(`wait for ${what}`, { holds: condition(params) })
      attempts += 1
      if (holds) return { result: { elapsed: elapsed(), wait_attempts: attempts } }
    } while (!late())
    throw new TaskFailure(
      `timeout while waiting for ${what} to be ${params.state}${params.regex === undefined ? '' : `, with a match of ${params.regex}`}`,
      { result: { elapsed: elapsed(), wait_attempts: attempts } },
    )
  },
})

interface Wish {
  readonly host: Text
  readonly port: number | undefined
  readonly path: string | undefined
  readonly regex: Text | undefined
  readonly state: string
  readonly connect_timeout: number
  readonly exclude_hosts: readonly Text[] | undefined
}

/** @throws TaskFailure for what contradicts itself */
function refuse({ port, path, regex, state, exclude_hosts }: Wish): void {
  if (path !== undefined && (state === 'stopped' || state === 'drained'))
    throw new TaskFailure(`state=${state} should only be used for checking a port`)
  if (regex !== undefined && path === undefined) throw new TaskFailure('regex needs path')
  if (exclude_hosts !== undefined && (state !== 'drained' || port === undefined))
    throw new TaskFailure('exclude_hosts is for state=drained and a port')
}

/** One look. */
function condition(wish: Wish) {
  const { host, port, path, regex, state } = wish
  const script =
    path !== undefined
      ? ps`$q=m_path ${path}
$y=[IO.File]::Exists($q)
$g=${regex ?? null}
if($null -eq $g){if([IO.Directory]::Exists($q)){$y=$true}}
elseif($y){
  $s=New-Object IO.FileStream $q,'Open','Read','ReadWrite,Delete'
  try{
    if($s.Length -gt ${MOST_TEXT}){$null=$s.Seek(${-MOST_TEXT},'End')}
    $r=New-Object IO.StreamReader $s,$m_utf8,$true
    $y=[Text.RegularExpressions.Regex]::IsMatch($r.ReadToEnd(),$g,'IgnoreCase,Multiline',[TimeSpan]::FromSeconds(20))
  }finally{$s.Dispose()}
}
f 'holds'
f ($y -ne ${state === 'absent'})`
      : state === 'drained'
        ? ps`$h=@([Net.Dns]::GetHostAddresses(${host})|ForEach-Object{"$_"})
$x=@(${wish.exclude_hosts ?? []}|ForEach-Object{[Net.Dns]::GetHostAddresses($_)}|ForEach-Object{"$_"})
$y=$true
foreach($c in [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpConnections()){
  if($c.LocalEndPoint.Port -ne ${port ?? 0}){continue}
  if($h -notcontains '0.0.0.0' -and $h -notcontains "$($c.LocalEndPoint.Address)"){continue}
  if($x -notcontains "$($c.RemoteEndPoint.Address)"){$y=$false}
}
f 'holds'
f $y`
        : ps`$y=$false
try{
  foreach($h in [Net.Dns]::GetHostAddresses(${host})){
    $c=New-Object Net.Sockets.TcpClient $h.AddressFamily
    try{
      $w=$c.BeginConnect($h,${port ?? 0},$null,$null)
      if($w.AsyncWaitHandle.WaitOne(${wish.connect_timeout * 1000})){$c.EndConnect($w);$y=$true}
    }catch{}finally{$c.Close()}
    if($y){break}
  }
}catch{}
f 'holds'
f ($y -ne ${state === 'absent' || state === 'stopped'})`
  return windowsScript(script, path ?? `port ${port}`, (told) => one(told, 'holds') === 'True')
}
