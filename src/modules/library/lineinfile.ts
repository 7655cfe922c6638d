import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { absentLine, presentLine } from '../editing/edit-line.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { convergeEdit, type Edit, editorParameters, oldBytes } from '../editing/editor.ts'
import { bytesText, editing } from '../editing/patterns.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const spec = {
  parameters: {
    ...editorParameters,
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether the line shall be there.',
    },
    line: { type: 'str', aliases: ['value'], doc: 'The line.' },
    regexp: {
      type: 'str',
      aliases: ['regex'],
      doc: 'Pattern of Python, looked for in each line: the last line that matches is replaced; with absent, all that match go.',
    },
    search_string: { type: 'str', doc: 'The same as plain text.' },
    insertafter: {
      type: 'str',
      doc: 'Pattern; a new line goes behind the last line that matches. EOF (the default), or BOF.',
    },
    insertbefore: { type: 'str', doc: 'Pattern; a new line goes before the last line that matches. Or BOF.' },
    backrefs: {
      type: 'bool',
      default: false,
      doc: 'Fill groups of regexp into line (\\1); without a match nothing is done.',
    },
    firstmatch: { type: 'bool', default: false, doc: 'The first match counts, not the last.' },
    create: {
      type: 'bool',
      default: false,
      doc: 'Make the file, and the directories on its way, when there is none.',
    },
  },
  mutuallyExclusive: [
    ['insertbefore', 'insertafter'],
    ['regexp', 'search_string'],
    ['backrefs', 'search_string'],
  ],
} as const satisfies ParameterSpec

export default defineModule({
  name: 'lineinfile',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to one line of a file.',
    notes: [
      'The file is read, changed here and put back whole, as copy does it: never half written, and with the owner, mode and links that it had.',
      'Patterns are those of Python, read as bytes. Files of more than 1,000,000 bytes are refused.',
      'A new line behind the last one, which has no line end, gets a line of its own; Ansible writes it into that one.',
    ],
    examples: `
- name: no forwarding
  lineinfile:
    path: /etc/ssh/sshd_config
    regexp: '^#?AllowTcpForwarding'
    line: AllowTcpForwarding no
    validate: sshd -t -f %s
- name: gone
  lineinfile: { path: /etc/hosts, regexp: 'old\\.example\\.com', state: absent }
`,
    returns: {
      msg: 'line added, line replaced, 2 line(s) removed',
      found: 'with absent: how many lines matched',
      backup: 'path of the backup; empty when none was made',
    },
  },
  spec,

  observe: (params) => observeEdited(params),

  async *converge(params, answers, context) {
    const file = readEdited(params, answers)
    const edit = params.state === 'present' ? present(params) : absent(params)
    if (file.old === null && params.state === 'absent') return { msg: 'file not present' }
    if (file.old === null && !params.create)
      throw new TaskFailure(`Destination ${file.path} does not exist !`, {
        result: { rc: 257 },
        hint: 'create: true makes it',
      })
    const text = bytesText(oldBytes(file))
    const done = editing(file.path, () => edit(text))
    const made: Edit = {
      bytes: done.message === '' ? null : Buffer.from(done.text, 'latin1'),
      made: [params.line],
      message: done.message,
      result: done.found === undefined ? {} : { found: done.found },
      backupKey: 'backup',
      showsAttributes: true,
    }
    return yield* convergeEdit(params, file, made, context)
  },
})

type Parameters = ParametersOf<typeof spec>
type Editing = (text: string) => { readonly text: string; readonly message: string; readonly found?: number }

/** @throws TaskFailure in Ansible's words for parameters that do not go together */
function present(params: Parameters): Editing {
  const line = revealText(params.line)
  if (params.backrefs && params.regexp === undefined)
    throw new TaskFailure('regexp is required with backrefs=true')
  if (line === undefined) throw new TaskFailure('line is required with state=present')
  return (text) =>
    presentLine(text, {
      line,
      regexp: revealText(params.regexp),
      searchString: revealText(params.search_string),
      // An empty pattern is none.
      insertAfter: revealText(params.insertafter) || undefined,
      insertBefore: revealText(params.insertbefore) || undefined,
      backrefs: params.backrefs,
      firstMatch: params.firstmatch,
    })
}

function absent(params: Parameters): Editing {
  const [line, regexp, searchString] = [
    revealText(params.line),
    revealText(params.regexp),
    revealText(params.search_string),
  ]
  if (line === undefined && regexp === undefined && searchString === undefined)
    throw new TaskFailure('one of line, search_string, or regexp is required with state=absent')
  return (text) => {
    const { text: left, found } = absentLine(text, { line, regexp, searchString })
    return { text: left, message: found === 0 ? '' : `${found} line(s) removed`, found }
  }
}
