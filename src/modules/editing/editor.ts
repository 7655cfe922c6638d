import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { fileParameters } from '../files/attributes/file-parameters.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import type { Parameter, Text } from '../parameters.ts'
import type { EditedFile } from './edited-file.ts'
import { type EditedChange, placeEdited } from './place-edited.ts'

/** What lineinfile, blockinfile and replace have in common. */
export const editorParameters = {
  path: { type: 'path', required: true, aliases: ['dest', 'destfile', 'name'], doc: 'The file.' },
  ...fileParameters,
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep the old file beside the new one, with the time in its name.',
  },
  validate: {
    type: 'str',
    doc: 'Command that must accept the new file before it is put in place; %s stands for its name.',
  },
} as const satisfies Record<string, Parameter>

export interface EditorParameters {
  readonly mode: string | undefined
  readonly backup: boolean
  readonly validate: Text | undefined
  readonly unsafe_writes: boolean
}

/** An edit, ready to be put in place. */
export interface Edit {
  /** Null: the text stays. */
  readonly bytes: Buffer | null
  /** Texts that went into it; where one is a Secret, no output shows the file. */
  readonly made: readonly (Text | undefined)[]
  /** Ansible's words for it. */
  readonly message: string
  readonly result: Readonly<Record<string, Value>>
  /** The key of the backup's name; Ansible's `backup` is there and empty when none was made. */
  readonly backupKey: 'backup' | 'backup_file'
  /** Whether Ansible shows owner and mode in the diff. */
  readonly showsAttributes: boolean
}

/** The old text of a file, `bytes` as they are. */
export function oldBytes(file: EditedFile): Buffer {
  return file.old?.bytes ?? Buffer.alloc(0)
}

/** The task's result, with Ansible's message for what was done to the file. @throws TaskFailure */
export async function* convergeEdit(
  params: EditorParameters,
  file: EditedFile,
  edit: Edit,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const told = ({ attributes, backup }: EditedChange) => {
    // Ansible's check mode does not look at the attributes of a file that is not there.
    const also = attributes && !(context.check && file.old === null)
    const words = [...(edit.message === '' ? [] : [edit.message]), ...(also ? [ATTRIBUTES] : [])]
    const name = backup ?? (edit.backupKey === 'backup' ? '' : undefined)
    return {
      msg: words.join(' and '),
      result: { ...edit.result, ...(name === undefined ? {} : { [edit.backupKey]: name }) },
    }
  }
  const change = yield* placeEdited(
    file,
    edit.bytes === null ? null : secretText(edit.bytes, edit.made, file.path),
    {
      mode: params.mode,
      backup: params.backup,
      validate: params.validate,
      unsafeWrites: params.unsafe_writes,
      showsAttributes: edit.showsAttributes,
      predicted: (foreseen) => {
        const { msg, result } = told(foreseen)
        return { ...result, msg }
      },
    },
    context,
  )
  return told(change)
}

const ATTRIBUTES = 'ownership, perms or SE linux context changed'

/** The bytes, as a Secret when one of the texts in them is. @throws TaskFailure for a secret in a file that is no UTF-8 */
export function secretText(
  bytes: Buffer,
  made: readonly (Text | undefined)[],
  path: string,
): Buffer | Secret {
  const from = made.filter((one) => one instanceof Secret)
  if (from.length === 0) return bytes
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return new Secret(text, { from, joined: true })
  throw new TaskFailure(`${path} is not UTF-8, and a secret is to be written into it`, {
    hint: 'write the whole file with template or copy',
  })
}
