import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import {
  NO_ZYPPER,
  READ_REPOS,
  readRepos,
  sameAddress,
  type ZypperRepo,
} from '../repositories/zypper-repos.ts'
import { requireFine, zypperPrelude } from '../rpm/zypper.ts'

const spec = {
  parameters: {
    name: { type: 'str', doc: 'Alias of the repository; needed with present. * with runrefresh means all.' },
    repo: { type: 'str', doc: 'Its address; needed with present.' },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether it shall be there.',
    },
    description: { type: 'str', doc: 'Its name for people.' },
    enabled: { type: 'bool', default: true, doc: 'It is used.' },
    autorefresh: {
      type: 'bool',
      default: true,
      aliases: ['refresh'],
      doc: 'Its metadata are read anew by themselves.',
    },
    disable_gpg_check: { type: 'bool', default: false, doc: 'Do not check its signatures.' },
    priority: { type: 'int', doc: 'Its priority; the lower counts.' },
    auto_import_keys: { type: 'bool', default: false, doc: 'Trust its keys.' },
    runrefresh: { type: 'bool', default: false, doc: 'Read its metadata now; no change.' },
    overwrite_multiple: {
      type: 'bool',
      default: false,
      doc: 'Replace several that have the alias or the address.',
    },
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'zypper_repository',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a repository of zypper.',
    notes: [
      "What is there is read from zypper's files; one that differs is removed and added anew, as by Ansible.",
      'A .repo file is refused: get_url writes it into /etc/zypp/repos.d.',
    ],
    examples: `
- name: the exporter's repository
  zypper_repository:
    name: exporters
    repo: https://rpm.example.com/sle15
    auto_import_keys: true
`,
    returns: { state: 'present or absent', repodata: 'the repository as the task has it' },
  },
  spec,

  observe: () => ({ look: scriptProbe(READ_REPOS, (output) => output) }),

  async *converge(params, { look }, context) {
    const { name, repo, state } = params
    requireFitting(params)
    // In check mode an earlier task may bring it.
    if (look.rc === NO_ZYPPER && context.check) return { changed: true }
    if (look.rc === NO_ZYPPER) throw new TaskFailure('the host has no zypper')
    const all = sameText(name, '*') || sameText(repo, '*')
    const repos = all ? [] : readRepos(look)
    const matching = repos.filter((one) => sameText(name, one.alias) || isAt(repo, one))
    if (matching.length > 1 && !params.overwrite_multiple)
      throw new TaskFailure(`More than one repo matched: ${matching.map(({ alias }) => alias).join(', ')}`, {
        hint: 'overwrite_multiple: true replaces them all',
      })
    const result: Record<string, Value> = { state, repodata: repodata(params) }
    const right =
      state === 'absent' ? matching.length === 0 : matching.length === 1 && isRight(params, matching[0]!)
    const shown = name ?? repo ?? ''
    const remove = matching.map(({ alias }) => sh`m_zypper removerepo -- ${alias} || exit`)
    if (!right && !all) {
      const output = yield {
        kind: 'run',
        says: `${state === 'absent' ? 'remove' : 'add'} repository ${shown}`,
        predicted: result,
        diff: [
          {
            header: 'repositories',
            before: matching.map(({ alias }) => `${alias}\n`).join(''),
            after: state === 'absent' ? '' : `${shown}\n`,
          },
        ],
        script: lines([zypperPrelude([], []), ...remove, ...(state === 'absent' ? [] : [add(params)])]),
      }
      requireFine(output, `repository ${shown}`)
    }
    const keys = params.auto_import_keys && !right && state === 'present'
    if (params.runrefresh || keys) {
      const output = yield {
        kind: 'run',
        says: `read the metadata of ${all ? 'all repositories' : `repository ${shown}`}`,
        silent: true,
        script: lines([
          zypperPrelude(params.auto_import_keys ? ['--gpg-auto-import-keys'] : [], []),
          sh`m_zypper refresh --force ${all ? [] : ['-r', shown]}`,
        ]),
      }
      requireFine(output, `refresh ${shown}`)
    }
    return { result }
  },
})

/** @throws TaskFailure in Ansible's words for parameters that do not go together */
function requireFitting({ name, repo, state, runrefresh }: Parameters): void {
  if (sameText(name, '*') || sameText(repo, '*')) {
    if (!runrefresh) throw new TaskFailure('repo=* can only be used with the runrefresh option.')
    return
  }
  if (state === 'present' && repo === undefined)
    throw new TaskFailure('Module option state=present requires repo')
  if (state === 'absent' && repo === undefined && name === undefined)
    throw new TaskFailure('Alias or repo parameter required when state=absent')
  if (repo !== undefined && textMatches(repo, /\.repo$/))
    throw new TaskFailure('muster adds no .repo files', {
      hint: 'get_url: write it into /etc/zypp/repos.d; or give name and repo with what it says',
    })
  if (state === 'present' && name === undefined)
    throw new TaskFailure('Name required when adding non-repo files.')
}

function isAt(repo: Text | undefined, one: ZypperRepo): boolean {
  return repo !== undefined && sameAddress(revealText(repo), one.url)
}

function isRight(params: Parameters, one: ZypperRepo): boolean {
  const { description, priority } = params
  return (
    sameText(params.name, one.alias) &&
    isAt(params.repo, one) &&
    one.enabled === digit(params.enabled) &&
    one.autorefresh === digit(params.autorefresh) &&
    one.gpgcheck === digit(!params.disable_gpg_check) &&
    (description === undefined || sameText(description, one.name)) &&
    (priority === undefined || one.priority === String(priority))
  )
}

function digit(flag: boolean): string {
  return flag ? '1' : '0'
}

function repodata(params: Parameters): Map<string, Value> {
  return new Map<string, Value>([
    ['url', params.repo ?? null],
    ['alias', params.name ?? null],
    ['name', params.description ?? null],
    ['priority', params.priority ?? null],
    ['enabled', digit(params.enabled)],
    ['autorefresh', digit(params.autorefresh)],
    ['gpgcheck', digit(!params.disable_gpg_check)],
  ])
}

function add(params: Parameters): ShellText {
  const words: Text[] = [
    '--check',
    ...(params.description === undefined ? [] : ['--name', params.description]),
    ...(params.priority === undefined ? [] : ['--priority', String(params.priority)]),
    ...(params.enabled ? [] : ['--disable']),
    params.disable_gpg_check ? '--no-gpgcheck' : '--gpgcheck',
    ...(params.autorefresh ? ['--refresh'] : []),
  ]
  return sh`m_zypper addrepo ${words} -- ${params.repo ?? ''} ${params.name ?? ''}`
}
