import { stat } from '../../probes/stat.ts'
import { revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { type EditedFile, observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { placeEdited, removeEdited } from '../editing/place-edited.ts'
import { reread } from '../editing/reread.ts'
import { statResult } from '../files/attributes/file-result.ts'
import { defineModule } from '../module.ts'
import { fetchKey } from '../openpgp/fetch-key.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import { deb822Text, slugOf } from '../repositories/deb822.ts'

const SOURCES = '/etc/apt/sources.list.d'
const KEYRINGS = '/etc/apt/keyrings'

const apt = (field: string) => `${field}, as sources.list(5) has it.`

const spec = {
  parameters: {
    name: { type: 'str', required: true, doc: 'Name of the repository; its file is called so.' },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether it shall be there.',
    },
    mode: { type: 'mode', default: '0644', doc: 'Mode of the file.' },
    types: { type: 'list', default: ['deb'], choices: ['deb', 'deb-src'], doc: apt('Types') },
    uris: { type: 'list', doc: apt('URIs') },
    suites: { type: 'list', doc: apt('Suites') },
    components: { type: 'list', doc: apt('Components') },
    architectures: { type: 'list', doc: apt('Architectures') },
    signed_by: {
      type: 'str',
      doc: `Address of a key, which is fetched into ${KEYRINGS}; a key file on the host; a key itself; or fingerprints.`,
    },
    enabled: { type: 'bool', doc: apt('Enabled') },
    trusted: { type: 'bool', doc: apt('Trusted') },
    allow_insecure: { type: 'bool', doc: apt('Allow-Insecure') },
    allow_weak: { type: 'bool', doc: apt('Allow-Weak') },
    allow_downgrade_to_insecure: { type: 'bool', doc: apt('Allow-Downgrade-To-Insecure') },
    by_hash: { type: 'bool', doc: apt('By-Hash') },
    check_date: { type: 'bool', doc: apt('Check-Date') },
    check_valid_until: { type: 'bool', doc: apt('Check-Valid-Until') },
    date_max_future: { type: 'int', doc: apt('Date-Max-Future') },
    inrelease_path: { type: 'str', doc: apt('InRelease-Path') },
    languages: { type: 'list', doc: apt('Languages') },
    pdiffs: { type: 'bool', doc: apt('PDiffs') },
    targets: { type: 'list', doc: apt('Targets') },
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'deb822_repository',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a repository in the sources of apt, in the form of fields.',
    notes: [
      "apt's lists are not read anew, as with Ansible: use apt with update_cache.",
      'A key is fetched by the host, with curl, on every run and in check mode too.',
    ],
    examples: `
- name: the agent's repository
  deb822_repository:
    name: agent
    uris: https://apt.example.com
    suites: stable
    components: main
    signed_by: https://apt.example.com/key.asc
`,
    returns: {
      repo: 'the text of the file; null with absent',
      dest: 'path of the file',
      key_filename: "path of the key's file, when there is one",
    },
  },
  spec,

  observe(params) {
    const { signed_by: signed } = params
    const path = signed === undefined ? undefined : revealText(signed)
    return {
      ...observeEdited(wishOf(params)),
      key:
        path?.startsWith('/') && !path.includes('\n')
          ? stat({ directory: '/', name: path.slice(1) })
          : undefined,
    }
  },

  async *converge(params, { key, ...answers }, context) {
    const file = readEdited(wishOf(params), answers)
    const slug = slugOf(revealText(params.name))
    const keyFiles = (ext: string) => `${KEYRINGS}/${slug}.${ext}`
    if (params.state === 'absent') {
      const result = { repo: null, dest: file.path, key_filename: keyFiles('gpg') }
      if (file.old !== null) yield* removeEdited(file, context.diff ? [gone(file)] : [], result)
      for (const ext of ['asc', 'gpg']) {
        const one = yield* reread(keyFiles(ext))
        if (one.old !== null) yield* removeEdited(one, [], result)
      }
      return { result }
    }
    const signed = params.signed_by === undefined ? undefined : revealText(params.signed_by)
    const { mode, state, signed_by: _, ...fields } = params
    let keyFile: Text | null = null
    let keyBytes: Buffer | null = null
    if (signed !== undefined && (key?.target?.stat ?? key?.stat)?.kind === 'file')
      keyFile = params.signed_by as Text
    else if (signed !== undefined && /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(signed)) {
      keyBytes = yield* fetchKey(
        signed,
        true,
        'deb822_repository',
        (url, said) => `Could not fetch signed_by key: ${said} (${url})`,
      )
      if (keyBytes.length === 0) throw new TaskFailure('Could not fetch signed_by key: the answer is empty')
      keyFile = keyFiles(keyBytes.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----') ? 'asc' : 'gpg')
    }
    const repo = deb822Text({ ...fields, signed_by: keyFile ?? signed })
    const text = secretText(
      Buffer.from(repo),
      Object.values(params)
        .flat()
        .filter((one) => one instanceof Secret),
      file.path,
    )
    const result: Record<string, Value> = {
      repo: text instanceof Secret ? text : repo,
      dest: file.path,
      key_filename: keyFile,
    }
    if (keyBytes !== null && keyFile !== null)
      yield* placeEdited(
        yield* reread(revealText(keyFile)),
        keyBytes,
        { mode: '0644', predicted: () => result },
        context,
      )
    const { stat: made } = yield* placeEdited(file, text, { mode, predicted: () => result }, context)
    return { result: made === null ? result : { ...result, ...statResult(made) } }
  },
})

function gone(file: EditedFile) {
  return { header: file.path, before: file.old?.bytes.toString('utf8') ?? '', after: '' }
}

function wishOf(params: Parameters) {
  return { path: `${SOURCES}/${slugOf(revealText(params.name))}.sources`, owner: undefined, group: undefined }
}
