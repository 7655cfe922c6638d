import { splitFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { placeEdited, removeEdited } from '../editing/place-edited.ts'
import { reread } from '../editing/reread.ts'
import { type Action, type ActionResult, defineModule } from '../module.ts'
import { fetchKey } from '../openpgp/fetch-key.ts'
import { joinKeys, type PublicKey, parseKeyId, readPublicKeys } from '../openpgp/keys.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const KEYRING = '/etc/apt/trusted.gpg'

const spec = {
  parameters: {
    id: {
      type: 'str',
      doc: 'Id of the key: 8, 16 or more hexadecimal digits. Default: that of the first key that is given.',
    },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether apt shall trust the key.',
    },
    url: { type: 'str', doc: 'Address of the key.' },
    data: { type: 'str', doc: 'The key itself.' },
    file: { type: 'path', doc: 'File with the key, on the host.' },
    keyserver: {
      type: 'str',
      doc: 'Server that is asked for the key of that id, over https (or hkp:// where it says so).',
    },
    keyring: {
      type: 'path',
      doc: `File that the key goes into. Default: ${KEYRING}; what apt trusts already is found in trusted.gpg.d too.`,
    },
    validate_certs: { type: 'bool', default: true, doc: "Check the server's certificate." },
  },
  mutuallyExclusive: [['data', 'file', 'keyserver', 'url']],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'apt_key',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a key that apt trusts for all repositories.',
    notes: [
      'Neither apt-key nor gpg is needed on the host: keys are read here, and the keyring is written by the door of copy. An address is fetched by the host, with curl.',
      'A key that has expired counts as there. A keyring in the keybox format is refused.',
      'Such a key may sign for every repository: deb822_repository with signed_by is safer.',
    ],
    examples: `
- name: the repository's key
  apt_key: { url: https://apt.example.com/key.asc, id: 431F3C2C8259428EA5590A7081333C5F9B79AF52 }
`,
    returns: {
      'id, key_id, fp, short_id': 'of the key: as given, its last 16 and its last 8 digits',
      'before, after': 'ids of the keys that apt trusted before and trusts now',
    },
  },
  spec,

  observe: (params) => ({ keyrings: scriptProbe(readScript(params.keyring), readKeyrings) }),

  async *converge(params, { keyrings }, context) {
    let keys: PublicKey[] | null = null
    let given = params.id === undefined ? undefined : revealText(params.id)
    if (given === undefined) {
      if (params.keyserver !== undefined) throw new TaskFailure('Missing key_id, required with keyserver.')
      keys = yield* keysGiven(params, '')
      given = keys?.[0]?.ids[0]
      if (given === undefined)
        throw new TaskFailure('Invalid key_id', { hint: 'give id, or one of url, data and file' })
    }
    const { keyId, fingerprint, shortId } = parseKeyId(given)
    const short = keyId.length === 8
    const idsIn = (rings: readonly Keyring[]) =>
      rings.flatMap((ring) => ring.keys.flatMap(({ ids }) => ids)).map((id) => (short ? id.slice(-8) : id))
    const has = (key: PublicKey) =>
      key.ids.some((id) => (short ? id.slice(-8) === shortId : id === fingerprint))
    const before = idsIn(keyrings)
    const result = { id: params.id ?? given, short_id: shortId, fp: fingerprint, key_id: keyId, before }
    const there = keyrings.filter((ring) => ring.keys.some(has))
    if (params.state === 'absent') {
      const left = idsIn(keyrings.map((ring) => ({ ...ring, keys: ring.keys.filter((key) => !has(key)) })))
      for (const { path } of there) {
        const file = yield* reread(path)
        const kept = (file.old === null ? [] : keysIn(file.old.bytes, path)).filter((key) => !has(key))
        if (kept.length === 0) yield* removeEdited(file, [], result)
        else yield* placeEdited(file, joinKeys(kept), { diff: [], predicted: () => result }, context)
      }
      return { result: there.length === 0 ? result : { ...result, after: left } }
    }
    if (there.length > 0) return { result }
    keys ??= yield* keysGiven(params, keyId)
    if (keys === null)
      throw new TaskFailure('No key to add', { result, hint: 'give one of url, data, file and keyserver' })
    if (!keys.some(has))
      throw new TaskFailure(
        'apt-key did not return an error, but failed to add the key (check that the id is correct and *not* a subkey)',
        { result, hint: `the keys given are ${keys.map((key) => key.fingerprint).join(', ')}` },
      )
    const path = params.keyring ?? KEYRING
    const file = yield* reread(path)
    const old = file.old === null ? [] : keysIn(file.old.bytes, path)
    const added = keys
    const kept = old.filter((key) => !added.some((one) => one.fingerprint === key.fingerprint))
    const ring = { path, keys: [...kept, ...added] }
    const after = idsIn(
      file.old === null ? [ring, ...keyrings] : keyrings.map((one) => (one.path === path ? ring : one)),
    )
    yield* placeEdited(
      file,
      joinKeys(ring.keys),
      { newMode: 0o644, diff: [], predicted: () => ({ ...result, after }) },
      context,
    )
    return { result: { ...result, after } }
  },
})

/** The keys that the task gives; null when it gives none. @throws TaskFailure */
async function* keysGiven(
  params: Parameters,
  id: string,
): AsyncGenerator<Action, PublicKey[] | null, ActionResult> {
  const fetch = (url: string) =>
    fetchKey(
      url,
      params.validate_certs,
      'apt_key',
      (shown, said) => `Failed to download key at ${shown}: ${said}`,
    )
  if (params.url !== undefined)
    return readPublicKeys(yield* fetch(revealText(params.url)), String(params.url))
  if (params.data !== undefined) return readPublicKeys(Buffer.from(revealText(params.data)), 'data')
  if (params.keyserver !== undefined) {
    const address = `${serverAddress(revealText(params.keyserver))}/pks/lookup?op=get&options=mr&search=0x${id}`
    return readPublicKeys(yield* fetch(address), address)
  }
  if (params.file === undefined) return null
  const file = yield* reread(params.file)
  if (file.old === null)
    throw new TaskFailure(`Unable to extract key from '${params.file}'`, {
      hint: 'there is no such file on the host',
    })
  return readPublicKeys(file.old.bytes, params.file)
}

/** Key servers speak HTTP under names of their own. */
function serverAddress(server: string): string {
  const [, scheme = '', rest = server] = /^([a-z]+):\/\/(.*)$/i.exec(server) ?? []
  const host = rest.replace(/\/+$/, '')
  if (scheme === 'hkp') return /:\d+$/.test(host) ? `http://${host}` : `http://${host}:11371`
  return scheme === 'http' ? `http://${host}` : `https://${host}`
}

interface Keyring {
  readonly path: string
  readonly keys: readonly PublicKey[]
}

function readScript(keyring: string | undefined) {
  const files =
    keyring === undefined
      ? sh`${KEYRING} /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc`
      : sh`${keyring}`
  return sh`for m_f in ${files}; do
  [ -f "$m_f" ] || continue
  printf 'name\0%s\0keys\0' "$m_f"; base64 <"$m_f" || exit; printf '\0'
done`
}

function readKeyrings(output: Output): Keyring[] {
  if (output.rc !== 0 || output.truncated) throw hostFailure('Unable to list public keys', output)
  const fields = splitFields(output.stdout, 'read the keyrings of apt')
  const contents = fields.filter(({ name }) => name === 'keys')
  return fields
    .filter(({ name }) => name === 'name')
    .map(({ value }, at) => {
      const path = value.toString('utf8')
      return { path, keys: keysIn(Buffer.from(contents[at]?.value.toString('latin1') ?? '', 'base64'), path) }
    })
}

/** The keys of a keyring, which may be empty. @throws TaskFailure for one that is none */
function keysIn(bytes: Buffer, path: string): PublicKey[] {
  if (bytes.length === 0) return []
  if (bytes.toString('latin1', 8, 12) === 'KBXf')
    throw new TaskFailure(`${path} is a keybox of gpg, which apt does not read either`, {
      hint: 'export its keys with gpg --export, and remove it',
    })
  return readPublicKeys(bytes, path)
}
