import { readCliXmlBytes } from '../../connection/windows/clixml.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { saidOn } from '../../values/host-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Text } from '../parameters.ts'

/** A program of a task, and how it is run. */
export interface ProgramRun {
  readonly file: Text
  readonly arguments: Text
  readonly folder: string | undefined
  readonly stdin: Text | undefined
  /** Name of the encoding of its outputs; the console's when missing. */
  readonly encoding: Text | undefined
}

/** What a program that could not be started left as its exit status: Windows' code for "file not found" and its like. */
const NOT_STARTED = 'muster-not-started '

/**
 * Runs a program; its outputs, decoded from the code page they are in, are those of the step, and its status is that of
 * the step, all 32 bits of it.
 */
export function runProgram(run: ProgramRun): PowerShellText {
  return ps`$o=@{file=${run.file};arguments=${run.arguments};seconds=$global:m_seconds}
$d=${run.folder ?? null}
if($d){$o.folder=m_path $d}
$i=${run.stdin ?? null}
if($null -ne $i){$o.input=$m_utf8.GetBytes($i)}
$n=${run.encoding ?? null}
if($n){$c=[Text.Encoding]::GetEncoding($n)}else{$c=$null;try{$c=[Console]::OutputEncoding}catch{};if($null -eq $c){$c=$m_utf8}}
try{$r=m_run $o}catch{
  $x=$_.Exception
  while($null -ne $x -and $x -isnot [ComponentModel.Win32Exception]){$x=$x.InnerException}
  if($null -eq $x){throw}
  e ('muster-not-started '+$x.Message)
  $global:m_rc=$x.NativeErrorCode
  return
}
w $c.GetString($r.out)
e $c.GetString($r.err)
$global:m_rc=$r.rc`
}

/** The output of {@link runProgram}: the status signed, as Windows shows it, and CLIXML on standard error as text. */
export function programOutput(output: Output): Output {
  const rc = output.rc === null ? null : output.rc | 0
  return { ...output, rc, stderr: readCliXmlBytes(output.stderr) }
}

/** Why a program could not be started; undefined when it was. */
export function whyNotStarted(output: Output): string | undefined {
  const said = saidOn(output)
  return said.startsWith(NOT_STARTED) ? said.slice(NOT_STARTED.length) : undefined
}
