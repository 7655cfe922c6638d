import { ps } from '../shell/powershell/ps.ts'
import { lines, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath } from './expand-path.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsPath } from './windows/path.ts'

/**
 * What a shared credentials file of AWS holds, which is not read from the host: `none` no session token, `alone` the
 * section `default` with temporary keys and nothing else, `beside` such keys and something else.
 */
export type SharedKeys = 'none' | 'alone' | 'beside'

const ANSWERS: Readonly<Record<string, SharedKeys>> = { n: 'none', a: 'alone', b: 'beside' }

const kind: ProbeKind<string, SharedKeys> = {
  name: 'shared-keys',
  // The agent writes it as soon as it runs.
  subjects: ['files', 'units'],
  key: (path) => path,
  posix: {
    // Keys pass through the shell's own `read` and are printed nowhere.
    script: (paths) =>
      lines([
        sh`m_keys() {
  m_o=; m_t=; m_n=0
  while IFS= read -r m_l || [ -n "$m_l" ]; do
    m_n=$((m_n + 1)); [ $m_n -lt 1000 ] || { m_o=y; break; }
    case $m_l in
      '[default]') ;;
      aws_session_token*=*) m_t=y ;;
      aws_access_key_id*=*|aws_secret_access_key*=*) ;;
      *[![:space:]]*) m_o=y ;;
    esac
  done
  m_l=
  if [ -z "$m_t" ]; then printf n; elif [ -z "$m_o" ]; then printf a; else printf b; fi
}`,
        ...paths.map(
          (path) =>
            sh`${assignPath('m_p', path)}; if [ -f "$m_p" ] && [ -r "$m_p" ]; then m_keys <"$m_p"; else printf n; fi`,
        ),
      ]),
    read: readFlags,
  },
  powershell: {
    // Read with full sharing: the agent could not write otherwise (facts/windows-collectors.md 1.5).
    script: (paths) => ps`foreach($p in ${paths.map(windowsPath)}){
  $o='n'
  try{
    $s=New-Object IO.FileStream (m_path $p),'Open','Read','ReadWrite,Delete'
    try{$t=(New-Object IO.StreamReader $s).ReadToEnd()}finally{$s.Dispose()}
    $r=@($t -split "\`r?\`n"|Where-Object{$_.Trim() -ne '' -and $_.Trim() -ne '[default]' -and $_ -notmatch '^aws_(access_key_id|secret_access_key|session_token)\s*='})
    if($t -match '(?m)^aws_session_token\s*='){$o='a';if($r.Length -gt 0){$o='b'}}
  }catch{}
  w $o
}`,
    read: readFlags,
  },
}

function readFlags(output: Output, paths: readonly string[]): SharedKeys[] {
  const flags = output.stdout.toString('latin1')
  if (flags.length !== paths.length || !/^[nab]*$/.test(flags))
    throw new TaskFailure("look for the agent's keys: the host's answer cannot be read")
  return [...flags].map((flag) => ANSWERS[flag] as SharedKeys)
}

/** Whether the SSM agent has written keys into a file, and whether it holds anything else. Costs no process. */
export function sharedKeys(path: string): Probe<SharedKeys> {
  return probe(kind, path)
}
