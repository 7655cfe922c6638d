import { PythonError } from '../../template/python/error.ts'
import { decode, encode, encodingOf } from '../../template/python/text/encoding.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { replaceMatches } from '../editing/edit-matches.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { convergeEdit, editorParameters, oldBytes } from '../editing/editor.ts'
import { decodeEscaped, encodeEscaped } from '../editing/escaped-bytes.ts'
import { editing } from '../editing/patterns.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'replace',
  runsOn: 'host',
  documentation: {
    summary: 'Replaces what a pattern matches in a file.',
    notes: [
      'The file is read, changed here and put back whole, as copy does it. Files of more than 1,000,000 bytes are refused.',
      '^ and $ match at every line, a dot matches no line end; in after and before it does.',
      'A replacement that the pattern matches again changes the file on every run.',
    ],
    examples: `
- name: another mirror
  replace:
    path: /etc/apt/sources.list
    regexp: 'deb\\.debian\\.org'
    replace: mirror.example.com
`,
    returns: {
      msg: '2 replacements made',
      rc: '0',
      backup_file: 'path of the backup, when one was made',
    },
  },
  spec: {
    parameters: {
      ...editorParameters,
      regexp: { type: 'str', required: true, doc: 'Pattern of Python, looked for in the whole text.' },
      replace: {
        type: 'str',
        default: '',
        doc: 'What takes the place of each match; \\1 and \\g<name> stand for groups.',
      },
      after: { type: 'str', doc: 'Pattern; only what stands behind its first match is looked at.' },
      before: { type: 'str', doc: 'Pattern; only what stands before it is looked at.' },
      encoding: {
        type: 'str',
        default: 'utf-8',
        doc: 'Encoding of the file: utf-8, utf-16-le, latin-1, ascii.',
      },
    },
  },

  observe: (params) => observeEdited(params),

  async *converge(params, answers, context) {
    const file = readEdited(params, answers)
    if (file.old === null)
      throw new TaskFailure(`Path ${file.path} does not exist !`, { result: { rc: 257 } })
    const { read, write } = codec(revealText(params.encoding), file.path)
    const text = read(oldBytes(file))
    const done = editing(file.path, () =>
      replaceMatches(text, {
        regexp: revealText(params.regexp),
        replace: revealText(params.replace),
        after: revealText(params.after),
        before: revealText(params.before),
      }),
    )
    if (done.unbounded !== undefined)
      return {
        msg: `Pattern for before/after params did not match the given file: ${done.unbounded}`,
        result: { rc: 0 },
      }
    const same = done.text === text
    return yield* convergeEdit(
      params,
      file,
      {
        bytes: same ? null : write(done.text),
        made: [params.replace],
        message: same ? '' : `${done.count} replacements made`,
        result: { rc: 0 },
        backupKey: 'backup_file',
        showsAttributes: false,
      },
      context,
    )
  },
})

interface Codec {
  read(bytes: Buffer): string
  write(text: string): Buffer
}

/** Bytes that are no UTF-8 stay what they are; of other encodings they are refused. @throws TaskFailure */
function codec(encoding: string, path: string): Codec {
  const refusing = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw error instanceof PythonError ? new TaskFailure(`${path}: ${error.message}`) : error
    }
  }
  if (refusing(() => encodingOf(encoding)) === 'utf8') return { read: decodeEscaped, write: encodeEscaped }
  return {
    read: (bytes) => refusing(() => decode(bytes, encoding)),
    write: (text) => refusing(() => encode(text, encoding)),
  }
}
