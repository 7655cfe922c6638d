import { powerShellFailure } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { madeFrom, mapText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import { programAndRest } from '../windows/arguments.ts'
import { EDIT_LINES } from '../windows/editing/edit-lines.ts'
import { makeBeside, putInPlace } from '../windows/place.ts'

/** Characters of a file that a diff shows. */
const MOST_TEXT = 100_000

const spec = {
  parameters: {
    path: { type: 'path', required: true, aliases: ['dest', 'destfile', 'name'], doc: 'The file.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether the line shall be there.',
    },
    line: { type: 'str', doc: 'The line; with absent and no regex, lines equal to it go.' },
    regex: {
      type: 'str',
      aliases: ['regexp'],
      doc: 'The last line that it matches is replaced; with absent, all that it matches go.',
    },
    backrefs: {
      type: 'bool',
      default: false,
      doc: 'line may hold the groups of the match (`$1`, `$2`); without a match nothing is done.',
    },
    insertafter: {
      type: 'str',
      doc: 'A new line goes behind the last line that it matches; `EOF` (the default) is the end, `BOF` the beginning.',
    },
    insertbefore: {
      type: 'str',
      doc: 'A new line goes before the last line that it matches; `BOF` is the beginning.',
    },
    create: {
      type: 'bool',
      default: false,
      doc: 'Make the file where there is none; its folder must be there.',
    },
    backup: { type: 'bool', default: false, doc: 'Keep a copy of the file as it was.' },
    validate: {
      type: 'str',
      doc: 'Program that must end with 0 before the file is replaced; `%s` is the new file.',
    },
    encoding: {
      type: 'str',
      default: 'auto',
      doc: "Encoding of the file (`utf-16`, `windows-1252`); auto: its mark's, else UTF-8.",
    },
    newline: {
      type: 'str',
      default: 'windows',
      choices: ['windows', 'unix'],
      doc: 'Ends of all lines of a file that is changed: CRLF, or LF.',
    },
  },
  mutuallyExclusive: [['insertafter', 'insertbefore']],
  requiredIf: [['state', 'present', ['line']]],
} as const satisfies ParameterSpec

export default defineModule({
  name: 'win_lineinfile',
  runsOn: 'host',
  collection: 'community.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Puts a line into a text file of a Windows host, or takes it out.',
    notes: [
      'Patterns are those of .NET, with upper and lower case. A line that is there already is not added again where regex matches nothing.',
      'Check mode makes no file. A file is replaced whole, and keeps its access list.',
    ],
    examples: `
- name: own name
  win_lineinfile:
    path: C:\\Windows\\System32\\drivers\\etc\\hosts
    regex: '\\sproxy$'
    line: 10.0.0.7 proxy
`,
    returns: {
      msg: 'what was done',
      found: 'with absent: how many lines',
      encoding: 'of the file',
      'backup, backup_file': 'the copy',
    },
  },
  spec,
  observe: (params) => {
    if (params.backrefs && params.regex === undefined) throw new TaskFailure('backrefs needs regex')
    if (params.state === 'absent' && params.line === undefined && params.regex === undefined)
      throw new TaskFailure('one of line or regex is required with state=absent')
    if (params.validate !== undefined && !textMatches(params.validate, /%s/))
      throw new TaskFailure('validate must contain %s, for the new file')
    const script = ps`${EDIT_LINES}
${wish(params)}
$r=m_edit $o
f 'path'
f $o.path
f 'changed'
f $r.changed
f 'msg'
f $r.msg
f 'found'
f $r.found
f 'encoding'
f $r.encoding
foreach($x in 'old','new'){
  $t=$r[$x].Replace([string][char]0,'')
  if($t.Length -gt ${MOST_TEXT}){$t=$t.Substring(0,${MOST_TEXT})}
  f $x
  f $t
}`
    return {
      edit: windowsScript(script, params.path, (told) => ({
        path: one(told, 'path'),
        changed: one(told, 'changed') === 'True',
        msg: one(told, 'msg'),
        found: Number(one(told, 'found')),
        encoding: one(told, 'encoding'),
        before: one(told, 'old'),
        after: one(told, 'new'),
      })),
    }
  },
  async *converge(params, { edit }) {
    const { path, msg } = edit
    const result = {
      encoding: edit.encoding,
      ...(params.state === 'absent' ? { found: edit.found } : {}),
    }
    if (!edit.changed) return { msg: '', result: { ...result, backup: '' } }
    const after = madeFrom(edit.after, [params.line])
    const says = `edit ${path}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      diff: [{ header: path, before: edit.before, after }],
      predicted: result,
      script: ps`${EDIT_LINES}
${wish(params)}
$r=m_edit $o
if(-not $r.changed){return}
${makeBeside(path, false, typeof params.line !== 'string')}
[IO.File]::WriteAllBytes($t,$r.bytes)
${putInPlace(validation(params), params.backup)}`,
    }
    if (output.rc !== 0)
      throw powerShellFailure(
        output,
        says,
        'a file that a program has open without sharing cannot be replaced: stop it first',
      )
    const backup = output.stdout.toString('utf8')
    return { msg, result: { ...result, backup, ...(backup === '' ? {} : { backup_file: backup }) } }
  },
})

type Params = ParametersOf<typeof spec>

/** `$o` for `m_edit`. */
function wish(params: Params): PowerShellText {
  return ps`$o=@{state=${params.state};line=${params.line ?? null};regex=${params.regex ?? null};after=${params.insertafter ?? null}
before=${params.insertbefore ?? null};backrefs=${params.backrefs};create=${params.create};encoding=${params.encoding}
newline=${params.newline}}
$o.path=m_path ${params.path}`
}

/** Runs the program of `validate` with the new file, `$t`. */
function validation({ validate }: Params): PowerShellText {
  if (validate === undefined || sameText(validate, '')) return ps``
  return ps`$v=m_run @{file=${mapText(validate, (text) => programAndRest(text).program)};arguments=${mapText(validate, (text) => programAndRest(text).rest)}.Replace('%s',$t);seconds=$global:m_seconds}
  if($v.rc -ne 0){throw "failed to validate: $($v.rc) $([Console]::OutputEncoding.GetString($v.err))"}`
}
