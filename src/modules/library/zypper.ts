import { rpmPackage } from '../../probes/rpm-package.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { joinTexts, madeFrom, revealText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { splitWords } from '../commands/split-words.ts'
import { defineModule, look } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import {
  isRight,
  nothingToDo,
  parseZypperSpec,
  requireFine,
  type ZypperSpec,
  zypperPrelude,
} from '../rpm/zypper.ts'

const flag = (doc: string) => ({ type: 'bool', default: false, doc }) as const

const spec = {
  parameters: {
    name: {
      type: 'list',
      required: true,
      aliases: ['pkg'],
      doc: "Packages: a name, 'name>=1.2', an address, the path of an .rpm on the host; '*' with latest means all; -name goes, among others that come.",
    },
    state: {
      type: 'str',
      choices: ['absent', 'installed', 'latest', 'present', 'removed', 'dist-upgrade'],
      default: 'present',
      doc: 'There, gone, or in the newest version; dist-upgrade, with *, goes to another release.',
    },
    type: {
      type: 'str',
      choices: ['package', 'patch', 'pattern', 'product', 'srcpackage', 'application'],
      default: 'package',
      doc: 'What the names stand for.',
    },
    extra_args_precommand: { type: 'str', doc: 'Words for zypper, before the command.' },
    extra_args: { type: 'str', doc: 'Words behind the command.' },
    disable_gpg_check: flag('Do not check signatures.'),
    auto_import_keys: flag('Trust new keys of repositories.'),
    disable_recommends: { type: 'bool', default: true, doc: 'Do not install what a package recommends.' },
    force: flag('Install, though it is there.'),
    force_resolution: flag('Have zypper find a way, though others go.'),
    update_cache: {
      type: 'bool',
      default: false,
      aliases: ['refresh'],
      doc: "Read the repositories' metadata first.",
    },
    oldpackage: flag('Go back to an older version.'),
    allow_vendor_change: flag('With dist-upgrade: take packages of another vendor.'),
    replacefiles: flag('Replace files of other packages.'),
    clean_deps: flag('With absent: what only they needed goes, too.'),
    quiet: { type: 'bool', default: true, doc: 'Have zypper say less.' },
    skip_post_errors: flag('Go on where a script of a package failed.'),
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'zypper',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: 'Installs and removes packages of SUSE.',
    notes: [
      'rpm tells what is installed; zypper is asked (with --dry-run) only where that is not enough: latest, other types, addresses.',
      'simple_errors is refused; hosts whose root is read-only (transactional-update) are refused by zypper itself.',
    ],
    examples: `
- name: an exporter
  zypper: { name: [golang-github-prometheus-node_exporter, curl], state: present }
`,
    returns: { rc: 'of zypper', stdout: 'of zypper' },
  },
  spec,

  observe: (params) => ({
    packages: specsOf(params).flatMap(({ name }) =>
      name === null || params.type !== 'package' ? [] : [rpmPackage(name)],
    ),
  }),

  async *converge(params, { packages }) {
    const specs = specsOf(params)
    const named = params.type === 'package' ? specs.filter(({ name }) => name !== null) : []
    const found = new Map(named.map((one, at) => [one, packages[at] ?? null]))
    const all = specs.length === 1 && specs[0]?.name === '*'
    const newest = params.state === 'latest' || params.state === 'dist-upgrade'
    if (params.state === 'dist-upgrade' && !all) throw new TaskFailure("dist-upgrade is for name: '*' alone")
    const left = newest || params.force ? specs : specs.filter((one) => !isRight(one, found.get(one) ?? null))
    if (params.update_cache) {
      const output = yield {
        kind: 'run',
        says: "read the repositories' metadata",
        silent: true,
        script: lines([
          preludeOf(params),
          sh`m_zypper ${params.auto_import_keys ? ['--gpg-auto-import-keys'] : []} refresh`,
        ]),
      }
      requireFine(output, 'refresh')
    }
    if (left.length === 0) return { result: { rc: 0 } }
    const words = wordsOf(params, left, all)
    // rpm has told of names; of the rest zypper says whether there is anything to do.
    const certain = !newest && !params.force && left.every((one) => found.has(one))
    if (!certain) {
      const { tried } = yield* look('ask zypper', {
        tried: scriptProbe(lines([preludeOf(params), sh`m_zypper ${dryWords(words)}`]), (output) => output),
      })
      requireFine(tried, words.join(' '))
      if (nothingToDo(tried)) return { result: { rc: 0 } }
    }
    const names = left.map(({ text, removed }) =>
      removed && !isAbsent(params) ? joinTexts(['-', text]) : text,
    )
    const output = yield {
      kind: 'run',
      says: `${isAbsent(params) ? 'remove' : all ? 'update' : 'install'} ${all ? 'all packages' : names.join(', ')}`,
      predicted: { rc: 0 },
      diff: [{ header: 'packages', before: '', after: `${words.join(' ')}\n` }],
      script: lines([preludeOf(params), sh`m_zypper ${words}`]),
    }
    requireFine(output, words.join(' '))
    return {
      changed: !nothingToDo(output),
      result: { rc: output.rc ?? 0, stdout: displayText(output.stdout) },
    }
  },
})

function isAbsent({ state }: Parameters): boolean {
  return state === 'absent' || state === 'removed'
}

function specsOf(params: Parameters): ZypperSpec[] {
  const specs = params.name.map((name) => parseZypperSpec(name, isAbsent(params)))
  if (isAbsent(params) && specs.some(({ name }) => name === null))
    throw new TaskFailure('Can not remove via URL.')
  if (isAbsent(params) && params.type === 'patch') throw new TaskFailure('Can not remove patches.')
  return specs
}

function preludeOf(params: Parameters) {
  const before = params.extra_args_precommand
  return zypperPrelude(
    [...(params.quiet ? ['--quiet'] : []), ...(before === undefined ? [] : wordsIn(before))],
    params.skip_post_errors ? [107] : [],
  )
}

function wordsOf(params: Parameters, specs: readonly ZypperSpec[], all: boolean): Text[] {
  const extra = params.extra_args === undefined ? [] : wordsIn(params.extra_args)
  const on = (wanted: boolean, word: string) => (wanted ? [word] : [])
  const type = ['--type', params.type]
  if (isAbsent(params))
    return [
      'remove',
      ...type,
      ...on(params.clean_deps, '--clean-deps'),
      ...extra,
      '--',
      ...specs.map(({ text }) => text),
    ]
  const command = !all
    ? 'install'
    : params.state === 'dist-upgrade'
      ? 'dist-upgrade'
      : params.type === 'patch'
        ? 'patch'
        : 'update'
  const conditions = specs.some(({ condition }) => condition !== '')
  return [
    ...on(params.disable_gpg_check, '--no-gpg-checks'),
    ...on(params.auto_import_keys, '--gpg-auto-import-keys'),
    command,
    ...(command === 'install' || command === 'update' ? type : []),
    '--auto-agree-with-licenses',
    ...on(params.disable_recommends, '--no-recommends'),
    ...on(params.force && command === 'install', '--force'),
    ...on(params.force_resolution, '--force-resolution'),
    ...on((params.oldpackage || conditions) && command === 'install', '--oldpackage'),
    ...on(params.replacefiles, '--replacefiles'),
    ...on(params.allow_vendor_change && command === 'dist-upgrade', '--allow-vendor-change'),
    ...extra,
    ...(all ? [] : ['--', ...specs.map(({ text, removed }) => (removed ? joinTexts(['-', text]) : text))]),
  ]
}

/** The words of a line, each a Secret when the line is. */
function wordsIn(line: Text): Text[] {
  return splitWords(revealText(line)).map((word) => madeFrom(word, [line]))
}

/** The same call, that only says what it would do. */
function dryWords(words: readonly Text[]): Text[] {
  const at = words.findIndex((word) => !textMatches(word, /^--/))
  return [...words.slice(0, at + 1), '--dry-run', ...words.slice(at + 1)]
}
