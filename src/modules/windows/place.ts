import { digest } from '../../probes/digest.ts'
import type { AnswersOf } from '../../probes/probe.ts'
import { text } from '../../probes/text.ts'
import { windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { type Content, digestOf } from '../files/content/content.ts'
import { textDiff } from '../files/content/text-diff.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'

/** Most bytes of a file that a diff shows. */
const MOST_TEXT = 256 * 1024

/** What is asked of the place of a file: the path itself, and the same name in it when it is a folder. */
export function observePlace(dest: string, name: string | null, withText: boolean) {
  const inside = name === null ? undefined : { directory: dest, name }
  return {
    file: windowsFile(dest),
    digest: digest(dest),
    inside: inside === undefined ? undefined : windowsFile(inside),
    insideDigest: inside === undefined ? undefined : digest(inside),
    text: withText ? text(dest, MOST_TEXT) : undefined,
    insideText: withText && inside !== undefined ? text(inside, MOST_TEXT) : undefined,
  }
}

type PlaceAnswers = AnswersOf<ReturnType<typeof observePlace>>

export interface PlaceWish {
  readonly dest: string
  /** The name that it gets in a folder; null: dest must not be one. */
  readonly name: string | null
  readonly backup: boolean
  readonly force: boolean
  /** Keys of the result beside those of the file. */
  readonly result: Readonly<Record<string, Value>>
}

/**
 * Puts a content where a task wants it on a Windows host: a hidden file beside the target, checked and synced, which then
 * takes the target's place and its access list.
 * @throws TaskFailure
 */
export async function* placeWindowsFile(
  wish: PlaceWish,
  answers: PlaceAnswers,
  content: Content,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const intoFolder = answers.file.kind === 'directory' || /[\\/]$/.test(wish.dest)
  if (intoFolder && wish.name === null)
    throw new TaskFailure(`${wish.dest} is a folder: name the file in dest`)
  const file = intoFolder && answers.inside !== undefined ? answers.inside : answers.file
  const sum = intoFolder ? answers.insideDigest : answers.digest
  const dest = file.path
  if (file.kind === 'directory') throw new TaskFailure(`${dest} is a folder`)
  const sha1 = await digestOf(content.source, 'sha1')
  const result = { dest, checksum: sha1, size: content.size, operation: 'file_copy', ...wish.result }
  if (!wish.force && file.kind === 'file') return { result: { dest } }
  if (sum?.kind === 'unreadable') throw new TaskFailure(`cannot read ${dest}`)
  if (sum?.kind === 'file' && sum.sha256 === content.sha256) return { result }
  const old = intoFolder ? answers.insideText : answers.text
  const diff = context.diff
    ? await textDiff(
        dest,
        { there: file.kind === 'file', text: old?.kind === 'file' ? old.bytes : null },
        content,
      )
    : []
  const change = {
    says: `${file.kind === 'file' ? 'update' : 'create'} ${dest}`,
    diff,
    predicted: result,
    touches: ['files'],
  } as const
  const makeFolder = intoFolder && answers.file.kind === 'missing'
  let script: PowerShellText
  if (content.inline !== null) {
    script = ps`${makeBeside(dest, makeFolder, content.secret)}
$x=${content.inline}
if($x -is [string]){$x=$m_utf8.GetBytes($x)}
$s=New-Object IO.FileStream $t,'Open','Write','None'
try{$s.Write($x,0,$x.Length);$s.Flush($true)}finally{$s.Dispose()}
${after(content.sha256, wish.backup)}`
  } else {
    const made = yield {
      kind: 'run',
      ...change,
      says: `make room beside ${dest}`,
      more: true,
      silent: true,
      touches: [],
      script: ps`${makeBeside(dest, makeFolder, content.secret)}
w $t`,
    }
    if (context.check) {
      yield { kind: 'run', ...change, script: ps`` }
      return {}
    }
    if (made.rc !== 0) throw powerShellFailure(made, `cannot write ${dest}`)
    const temporary = made.stdout.toString('utf8')
    const sent = yield { kind: 'push', ...change, source: content.source, to: temporary }
    if (sent.rc !== 0) throw powerShellFailure(sent, `cannot write ${temporary}`)
    script = ps`$d=${dest};$t=${temporary}
${after(content.sha256, wish.backup)}`
  }
  const output = yield { kind: 'run', ...change, script }
  if (output.rc !== 0)
    throw powerShellFailure(
      output,
      `cannot write ${dest}`,
      'a file that a program has open without sharing cannot be replaced: stop it first',
    )
  const backup = output.stdout.toString('utf8')
  return { result: { ...result, ...(backup === '' ? {} : { backup_file: backup }) } }
}

/** `$d` is the target and `$t` an empty file beside it, which nobody else may read when it shall hold a secret. */
export function makeBeside(dest: string, makeFolder: boolean, secret: boolean): PowerShellText {
  return ps`$d=m_path ${dest}
$p=[IO.Path]::GetDirectoryName($d)
if(-not [IO.Directory]::Exists($p)){
  if(${makeFolder}){$null=[IO.Directory]::CreateDirectory($p)}else{throw "there is no folder $p"}
}
$t=[IO.Path]::Combine($p,'.muster-'+[Guid]::NewGuid().ToString('N'))
[IO.File]::WriteAllBytes($t,(New-Object byte[] 0))
[IO.File]::SetAttributes($t,'Hidden')
if(${secret} -and [IO.File]::Exists($d)){m_like $d $t}`
}

/** Compares what was written, and puts it in the target's place. Prints the name of the backup. */
function after(sha256: string, backup: boolean): PowerShellText {
  return putInPlace(
    ps`$h=m_hash $t 'SHA256'
  if($h -cne ${sha256}){throw "what arrived has the checksum $h"}`,
    backup,
  )
}

/**
 * Puts `$t` of {@link makeBeside} in the place of `$d`, whose access list it takes. Prints the name of the backup.
 * @param check throws where it may not
 */
export function putInPlace(check: PowerShellText, backup: boolean): PowerShellText {
  return ps`try{
  ${check}
  [IO.File]::SetAttributes($t,'Normal')
  if([IO.File]::Exists($d)){
    if(${backup}){$b="$d.$([Guid]::NewGuid().ToString('N').Substring(0,8)).$([DateTime]::Now.ToString('yyyyMMdd-HHmmss')).bak";[IO.File]::Copy($d,$b);w $b}
    $a=[IO.File]::GetAttributes($d)
    if($a -band 1){[IO.File]::SetAttributes($d,$a -band (-bnot 1))}
    [IO.File]::Replace($t,$d,[NullString]::Value)
    if($a -band 7){[IO.File]::SetAttributes($d,$a)}
  }else{[IO.File]::Move($t,$d)}
}catch{
  try{[IO.File]::Delete($t)}catch{}
  throw
}`
}
