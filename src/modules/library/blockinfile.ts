import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { editBlock } from '../editing/edit-block.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { convergeEdit, editorParameters, oldBytes } from '../editing/editor.ts'
import { bytesText, editing } from '../editing/patterns.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'blockinfile',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a block of lines in a file, between two marker lines.',
    notes: [
      'The file is read, changed here and put back whole, as copy does it. Files of more than 1,000,000 bytes are refused.',
      'Without {mark} in marker both marker lines are equal, and the second run finds no block between them, as with Ansible.',
    ],
    examples: `
- name: names of the fleet
  blockinfile:
    path: /etc/hosts
    marker: '# {mark} fleet'
    block: |
      192.0.2.1 a.example.com
      192.0.2.2 b.example.com
`,
    returns: {
      msg: 'Block inserted, Block removed, File created',
      backup_file: 'path of the backup, when one was made',
    },
  },
  spec: {
    parameters: {
      ...editorParameters,
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        default: 'present',
        doc: 'Whether the block shall be there.',
      },
      block: {
        type: 'str',
        default: '',
        aliases: ['content'],
        doc: 'The lines; without any the block goes.',
      },
      marker: {
        type: 'str',
        default: '# {mark} ANSIBLE MANAGED BLOCK',
        doc: 'The marker lines; {mark} stands for the next two.',
      },
      marker_begin: { type: 'str', default: 'BEGIN', doc: 'The mark of the first line.' },
      marker_end: { type: 'str', default: 'END', doc: 'The mark of the last line.' },
      insertafter: {
        type: 'str',
        doc: 'Pattern; a new block goes behind the last line that matches. EOF is the default.',
      },
      insertbefore: {
        type: 'str',
        doc: 'Pattern; a new block goes before the last line that matches. Or BOF.',
      },
      create: {
        type: 'bool',
        default: false,
        doc: 'Make the file, and the directories on its way, when there is none.',
      },
      append_newline: { type: 'bool', default: false, doc: 'Keep a blank line behind the block.' },
      prepend_newline: { type: 'bool', default: false, doc: 'Keep a blank line before the block.' },
    },
    mutuallyExclusive: [['insertbefore', 'insertafter']],
  },

  observe: (params) => observeEdited(params),

  async *converge(params, answers, context) {
    const file = readEdited(params, answers)
    const { path } = file
    if (file.old === null && !params.create)
      throw new TaskFailure(`Path ${path} does not exist !`, {
        result: { rc: 257 },
        hint: 'create: true makes it',
      })
    const present = params.state === 'present'
    if (file.old === null && !present) return { msg: `File ${path} not present` }
    const block = present ? revealText(params.block) : ''
    const marker = (mark: string) => revealText(params.marker).replaceAll('{mark}', mark)
    const old = oldBytes(file)
    const { text } = editing(path, () => ({
      text: editBlock(bytesText(old), {
        block,
        begin: marker(revealText(params.marker_begin)),
        end: marker(revealText(params.marker_end)),
        insertAfter: revealText(params.insertafter),
        insertBefore: revealText(params.insertbefore),
        prependNewline: params.prepend_newline && present,
        appendNewline: params.append_newline && present,
      }),
    }))
    const bytes = Buffer.from(text, 'latin1')
    const same = file.old !== null && bytes.equals(old)
    const message = same
      ? ''
      : file.old === null
        ? 'File created'
        : block === ''
          ? 'Block removed'
          : 'Block inserted'
    return yield* convergeEdit(
      params,
      file,
      {
        bytes: same ? null : bytes,
        made: [params.block, params.marker, params.marker_begin, params.marker_end],
        message,
        result: {},
        backupKey: 'backup_file',
        showsAttributes: true,
      },
      context,
    )
  },
})
