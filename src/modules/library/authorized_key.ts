import { user } from '../../probes/account.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { editKeys } from '../accounts/authorized-keys.ts'
import { type EditedFile, observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { placeEdited } from '../editing/place-edited.ts'
import { reread } from '../editing/reread.ts'
import { changeAttributes } from '../files/attributes/change-attributes.ts'
import { statResult } from '../files/attributes/file-result.ts'
import { type Action, type ActionResult, defineModule } from '../module.ts'
import { fetchKey } from '../openpgp/fetch-key.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

/** Of the directory and of the file: for their user alone. */
const DIRECTORY_MODE = 0o700
const FILE_MODE = '0600'

const spec = {
  parameters: {
    user: { type: 'str', required: true, doc: 'Whose keys.' },
    key: {
      type: 'str',
      required: true,
      doc: 'One or more lines of keys; or an address (http…), or a file of the host (file:///…), that holds them.',
    },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether the keys shall be there.',
    },
    path: { type: 'path', doc: "The file. Default: .ssh/authorized_keys in the user's home." },
    manage_dir: {
      type: 'bool',
      default: true,
      doc: "Make the file's directory the user's own, and for nobody else.",
    },
    key_options: { type: 'str', doc: 'Options of the keys, instead of those that stand before them.' },
    comment: { type: 'str', doc: 'Comment of the keys, instead of the one behind them.' },
    exclusive: { type: 'bool', default: false, doc: 'Remove all other keys, and all other lines.' },
    validate_certs: { type: 'bool', default: true, doc: "Check the server's certificate." },
    follow: { type: 'bool', default: false, doc: 'Write through a link; without it a link is refused.' },
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'authorized_key',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to keys by which a user may log in over SSH.',
    notes: [
      'The file is put back whole, by the door of copy, so that a user cannot lead it elsewhere by a link. Owner and modes are set when keys change, as with Ansible.',
      'A key that is there with other options or another comment is written anew, behind the others.',
    ],
    examples: `
- name: the operator's key
  authorized_key:
    user: ops
    key: "{{ lookup('file', 'ops.pub') }}"
    exclusive: true
`,
    returns: { keyfile: 'path of the file', 'user, state, exclusive …': 'as the task has them' },
  },
  spec,

  observe: (params) => ({ ...observeEdited(wishOf(params)), account: user(params.user) }),

  async *converge(params, { account, ...answers }, context) {
    const name = params.user
    const about: Record<string, Value> = Object.fromEntries(
      Object.keys(spec.parameters).map((key) => [key, params[key as keyof Parameters] ?? null]),
    )
    if (account === null) {
      // An earlier task may make the user.
      if (context.check) return { changed: true, result: about }
      throw new TaskFailure(`Failed to lookup user ${name}: there is none`, {
        hint: 'make the user first (module user)',
      })
    }
    if (answers.itself.link !== null && !params.follow)
      throw new TaskFailure(`${answers.itself.path} is a link`, { hint: 'follow: true writes through it' })
    const read = readEdited(wishOf(params), answers)
    const owners = { ...read.owners, uid: account.uid, gid: account.gid }
    const file: EditedFile = { ...read, owners }
    const keys = yield* keysOf(params)
    const text = editKeys(file.old?.bytes.toString('utf8') ?? '', {
      keys,
      state: params.state,
      options: revealText(params.key_options),
      comment: revealText(params.comment),
      exclusive: params.exclusive,
    })
    const result: Record<string, Value> = { ...about, keyfile: file.path }
    if (text === null) return { result }
    const directory = answers.ancestors.at(-1)
    if (params.manage_dir && directory?.stat?.kind === 'directory') {
      const found = { path: directory.path, place: file.trust.placeOf(directory), stat: directory.stat }
      const wanted =
        directory.stat.uid !== account.uid ||
        directory.stat.gid !== account.gid ||
        directory.stat.mode !== DIRECTORY_MODE
      if (wanted && !context.check) yield* changeAttributes(found, owners, { octal: DIRECTORY_MODE }, 'path')
    }
    const { stat: made } = yield* placeEdited(
      file,
      secretText(Buffer.from(text), [params.key, params.key_options, params.comment], file.path),
      {
        mode: FILE_MODE,
        predicted: () => result,
        ...(params.manage_dir ? { parentMode: DIRECTORY_MODE } : {}),
      },
      context,
    )
    // Ansible tells of a file that the task names.
    return {
      result: params.path === undefined || made === null ? result : { ...result, ...statResult(made) },
    }
  },
})

function wishOf(params: Parameters) {
  return {
    path: params.path ?? `~${revealText(params.user)}/.ssh/authorized_keys`,
    owner: undefined,
    group: undefined,
  }
}

/** The lines of keys that the task gives. @throws TaskFailure */
async function* keysOf(params: Parameters): AsyncGenerator<Action, string, ActionResult> {
  const key = revealText(params.key)
  if (key.startsWith('http')) {
    const bytes = yield* fetchKey(
      key,
      params.validate_certs,
      'authorized_key',
      (url, said) => `Error getting key from: ${url} (${said})`,
    )
    return bytes.toString('utf8')
  }
  if (!key.startsWith('file')) return key
  const path = decodeURIComponent(new URL(key).pathname)
  const file = yield* reread(path)
  if (file.old === null) throw new TaskFailure(`Path to a key file not found: ${path}`)
  return file.old.bytes.toString('utf8')
}
