import type { Stat } from '../../probes/stat.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { bytesText } from '../editing/patterns.ts'
import { placeEdited } from '../editing/place-edited.ts'
import { statResult } from '../files/attributes/file-result.ts'
import { editKnownHosts, hashHost, isKeyOf } from '../host/known-hosts.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const spec = {
  parameters: {
    name: {
      type: 'str',
      required: true,
      aliases: ['host'],
      doc: 'The host as one connects to it; `[name]:port` for another port than 22.',
    },
    key: {
      type: 'str',
      doc: 'The line: names, type, key, as ssh-keyscan prints it. Needed with present; with absent only that key goes.',
    },
    path: {
      type: 'path',
      default: '~/.ssh/known_hosts',
      doc: 'The file; of all users: /etc/ssh/ssh_known_hosts.',
    },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether the key shall be there.',
    },
    hash_host: { type: 'bool', default: false, doc: "Write the host's name hashed." },
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'known_hosts',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to the key of a host in a file of known hosts.',
    notes: [
      'A key of the same host and type is replaced. Keys are compared here, so that the host needs no ssh-keygen; no file NAME.old is left behind.',
      'Markers (@cert-authority, @revoked) stay when all keys of a host go.',
    ],
    examples: `
- name: the host of our repositories
  known_hosts:
    name: git.example.com
    path: /etc/ssh/ssh_known_hosts
    key: git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHbzFJZnSlsTPiYhRyXNMYU0nQ0Sbq1ITXLoCFQnGUVn
`,
    returns: {
      'name, key, path, hash_host': 'as the task has them',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec,

  observe: (params) => observeEdited(wishOf(params)),

  async *converge(params, answers, context) {
    const file = readEdited(wishOf(params), answers)
    const host = revealText(params.name).toLowerCase()
    const present = params.state === 'present'
    const result: Record<string, Value> = Object.fromEntries(
      Object.keys(spec.parameters).map((key) => [key, params[key as keyof Parameters] ?? null]),
    )
    const key = keyOf(params, host)
    const before = bytesText(file.old?.bytes ?? Buffer.alloc(0))
    const text = editKnownHosts(before, {
      host: bytesText(host),
      key: key === null ? null : bytesText(key),
      present,
    })
    const told = (stat: Stat | null) => ({
      result: { ...result, ...(stat === null ? {} : statResult(stat)) },
    })
    if (text === null) return told(file.old?.stat ?? null)
    if (file.old === null && file.missing.names.length > 0 && !context.check)
      throw new TaskFailure(`Failed to write to file ${file.path}: its directory is not there`, {
        hint: 'make it first (module file, state: directory, mode: 0700)',
      })
    const bytes = secretText(Buffer.from(text, 'latin1'), [params.key, params.name], file.path)
    const { stat } = yield* placeEdited(file, bytes, { predicted: () => result }, context)
    return told(stat)
  },
})

function wishOf(params: Parameters) {
  return { path: params.path, owner: undefined, group: undefined }
}

/** The key's lines as they are written; null for none. @throws TaskFailure for one that is not the host's */
function keyOf(params: Parameters, host: string): string | null {
  const given = revealText(params.key)?.trimEnd() ?? ''
  if (given === '') {
    if (params.state === 'present') throw new TaskFailure('No key specified when adding a host')
    return null
  }
  if (/\S\s*,\s*/.test(host))
    throw new TaskFailure(
      'Comma separated list of names is not supported. Please pass a single name to lookup in the known_hosts file.',
      { hint: 'the line of the key may have several names' },
    )
  const key = params.hash_host ? hashHost(given, host) : given
  if (!isKeyOf(key, host))
    throw new TaskFailure('Host parameter does not match hashed host field in supplied key', {
      hint: 'the key is a whole line: the name of the host, the type, the key, as ssh-keyscan prints it',
    })
  return key
}
