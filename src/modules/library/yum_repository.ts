import { PythonError } from '../../template/python/error.ts'
import { IniText } from '../../template/python/formats/ini.ts'
import { revealText, secretsIn } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { placeEdited, removeEdited } from '../editing/place-edited.ts'
import { fileParameters } from '../files/attributes/file-parameters.ts'
import { defineModule } from '../module.ts'
import type { Parameter, ParameterSpec, ParametersOf, Text } from '../parameters.ts'

/** Keys of the repository's section that are written as they are. */
const KEYS = [
  ...['bandwidth', 'cost', 'deltarpm_metadata_percentage', 'deltarpm_percentage', 'gpgcakey', 'include'],
  ...[
    'metadata_expire',
    'metalink',
    'mirrorlist',
    'mirrorlist_expire',
    'priority',
    'proxy',
    'proxy_username',
  ],
  ...['retries', 'throttle', 'timeout', 'ui_repoid_vars', 'username'],
] as const
const FLAGS = [
  ...['async', 'countme', 'enabled', 'enablegroups', 'gpgcheck', 'keepalive', 'module_hotfixes', 'protect'],
  ...['repo_gpgcheck', 's3_enabled', 'skip_if_unavailable', 'ssl_check_cert_permissions'],
] as const
const CHOICES = {
  failovermethod: ['roundrobin', 'priority'],
  http_caching: ['all', 'packages', 'none'],
  ip_resolve: ['4', '6', 'IPv4', 'IPv6', 'whatever'],
  keepcache: ['0', '1'],
  metadata_expire_filter: ['never', 'read-only:past', 'read-only:present', 'read-only:future'],
} as const

const asWritten = (name: string) => `${name} of the repository, as dnf.conf(5) has it.`

function each<N extends string, P extends Parameter>(
  names: readonly N[],
  make: (name: N) => P,
): Record<N, P> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, P>
}

const spec = {
  parameters: {
    name: {
      type: 'str',
      required: true,
      doc: 'Id of the repository, and name of its file unless `file` says otherwise.',
    },
    description: { type: 'str', doc: 'Its name for people; needed with present.' },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether the repository shall be there.',
    },
    file: { type: 'str', doc: 'Name of the file, without .repo.' },
    reposdir: { type: 'path', default: '/etc/yum.repos.d', doc: 'Where the files are.' },
    baseurl: { type: 'list', doc: 'Addresses; baseurl, mirrorlist or metalink is needed.' },
    gpgkey: { type: 'list', doc: 'Addresses of keys.' },
    exclude: { type: 'list', aliases: ['excludepkgs'], doc: 'Packages that are not taken from it.' },
    includepkgs: { type: 'list', doc: 'Packages that alone are taken from it.' },
    sslcacert: { type: 'str', aliases: ['ca_cert'], doc: asWritten('sslcacert') },
    sslclientcert: { type: 'str', aliases: ['client_cert'], doc: asWritten('sslclientcert') },
    sslclientkey: { type: 'str', aliases: ['client_key'], doc: asWritten('sslclientkey') },
    sslverify: { type: 'bool', aliases: ['validate_certs'], doc: asWritten('sslverify') },
    password: { type: 'str', secret: true, doc: asWritten('password') },
    proxy_password: { type: 'str', secret: true, doc: asWritten('proxy_password') },
    ...each(KEYS, (name) => ({ type: 'str', doc: asWritten(name) }) as const),
    ...each(FLAGS, (name) => ({ type: 'bool', doc: asWritten(name) }) as const),
    ...each(
      Object.keys(CHOICES) as (keyof typeof CHOICES)[],
      (name) => ({ type: 'str', choices: CHOICES[name], doc: asWritten(name) }) as const,
    ),
    ...fileParameters,
  },
  requiredIf: [['state', 'present', ['description']]],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'yum_repository',
  runsOn: 'host',
  documentation: {
    summary: "Sees to a repository in dnf's and yum's configuration.",
    notes: [
      'The file is written anew, comments are lost, as with Ansible; other repositories in it stay. A file without any is removed.',
      'A file that holds a password is in no diff.',
    ],
    examples: `
- name: the exporter's repository
  yum_repository:
    name: exporters
    description: exporters
    baseurl: https://rpm.example.com/$releasever/$basearch
    gpgkey: https://rpm.example.com/key.asc
    gpgcheck: true
`,
    returns: { repo: 'id of the repository', state: 'present or absent' },
  },
  spec,

  observe: (params) => observeEdited(wishOf(params)),

  async *converge(params, answers, context) {
    const name = revealText(params.name)
    const result = { repo: params.name, state: params.state }
    const directory = answers.ancestors.at(-1)
    if ((directory?.target?.stat ?? directory?.stat)?.kind !== 'directory')
      throw new TaskFailure(`Repo directory '${params.reposdir}' does not exist.`, {
        hint: 'is this a host with dnf or yum?',
      })
    const file = readEdited(wishOf(params), answers)
    const before = read(file.old?.bytes.toString('utf8') ?? '', file.path)
    const after = new Map(before)
    after.delete(name)
    if (params.state === 'present') after.set(name, section(params))
    const changed = dump(before) !== dump(after)
    const texts = { header: file.path, before: dump(before), after: dump(after) }
    if (changed && after.size === 0) {
      yield* removeEdited(file, [texts], result)
      return { result }
    }
    const made = secretsIn({ ...params })
    const text = secretText(Buffer.from(written(after)), changed ? made : [], file.path)
    if (file.old === null && !changed) return { result }
    const diff = made.length > 0 ? undefined : [texts]
    const options = { mode: params.mode, unsafeWrites: params.unsafe_writes, predicted: () => result }
    yield* placeEdited(
      file,
      changed ? text : null,
      { ...options, ...(diff === undefined ? {} : { diff }) },
      context,
    )
    return { result }
  },
})

function wishOf(params: Parameters) {
  const name = revealText(params.file ?? params.name)
  return {
    path: `${params.reposdir.replace(/\/+$/, '')}/${name}.repo`,
    owner: params.owner,
    group: params.group,
  }
}

type Sections = Map<string, Map<string, string>>

/** @throws TaskFailure for a file that dnf could not read either */
function read(text: string, path: string): Sections {
  try {
    const ini = new IniText(text, path, { caseSensitive: false, allowNoValue: false, interpolation: false })
    return new Map(
      ini
        .sections()
        .map((name) => [name, new Map((ini.keys(name) ?? []).map((key) => [key, ini.get(name, key) ?? '']))]),
    )
  } catch (error) {
    throw error instanceof PythonError ? new TaskFailure(error.message) : error
  }
}

/** The section of the repository. @throws TaskFailure without an address */
function section(params: Parameters): Map<string, string> {
  if (params.baseurl === undefined && params.mirrorlist === undefined && params.metalink === undefined)
    throw new TaskFailure(
      'state is present but any of the following are missing: baseurl, mirrorlist, metalink',
    )
  const text = (value: Text | boolean | readonly Text[] | undefined, between = '\n') => {
    if (value === undefined) return undefined
    if (typeof value === 'boolean') return value ? '1' : '0'
    return Array.isArray(value)
      ? value.map((one) => revealText(one)).join(between)
      : revealText(value as Text)
  }
  const all: Record<string, string | undefined> = {
    name: text(params.description),
    baseurl: text(params.baseurl),
    gpgkey: text(params.gpgkey),
    exclude: text(params.exclude, ' '),
    includepkgs: text(params.includepkgs, ' '),
    sslcacert: text(params.sslcacert),
    sslclientcert: text(params.sslclientcert),
    sslclientkey: text(params.sslclientkey),
    sslverify: text(params.sslverify),
    password: text(params.password),
    proxy_password: text(params.proxy_password),
  }
  for (const key of [...KEYS, ...FLAGS, ...(Object.keys(CHOICES) as (keyof typeof CHOICES)[])])
    all[key] = text(params[key])
  const entries = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** As Ansible compares and shows it. */
function dump(sections: Sections): string {
  const sorted = <T>(entries: Map<string, T>) => [...entries].sort(([one], [other]) => (one < other ? -1 : 1))
  return sorted(sections)
    .map(
      ([name, keys]) =>
        `[${name}]\n${sorted(keys)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}\n`,
    )
    .join('')
}

/** As Python's configparser writes it. */
function written(sections: Sections): string {
  return [...sections]
    .map(
      ([name, keys]) =>
        `[${name}]\n${[...keys].map(([key, value]) => `${key} = ${value.replaceAll('\n', '\n\t')}\n`).join('')}\n`,
    )
    .join('')
}
