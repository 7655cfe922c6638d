import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { hostFailure, reasonOf, saidOn } from '../../values/host-failure.ts'
import { madeFrom, revealText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import { splitWords } from '../commands/split-words.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import { isVenv, makeEnvironment, NO_ENVIRONMENT, NO_PIP, pipPrelude } from '../python/pip-scripts.ts'
import {
  isInstalled,
  joinNames,
  type Requirement,
  readInstalled,
  readRequirement,
} from '../python/requirement.ts'

const spec = {
  parameters: {
    name: {
      type: 'list',
      doc: 'Packages: a name, with conditions (`name>=1.2,<2`), a path on the host, or an address.',
    },
    version: { type: 'str', doc: 'The version of the one package.' },
    requirements: { type: 'str', doc: 'A file of requirements on the host.' },
    state: {
      type: 'str',
      choices: ['present', 'absent', 'latest', 'forcereinstall'],
      default: 'present',
      doc: 'There, gone, in the newest version, or installed anew.',
    },
    virtualenv: { type: 'path', doc: 'A virtual environment; made where there is none.' },
    virtualenv_command: {
      type: 'str',
      default: 'virtualenv',
      doc: 'How it is made. Where the host has no virtualenv: python3 -m venv.',
    },
    virtualenv_python: { type: 'str', doc: 'The Python in it, for virtualenv.' },
    virtualenv_site_packages: { type: 'bool', default: false, doc: "It sees the host's own packages." },
    executable: { type: 'path', doc: 'The program pip; without it the one of python3.' },
    extra_args: { type: 'str', doc: 'Further words for pip.' },
    editable: { type: 'bool', default: false, doc: 'Install from where the source is (-e).' },
    chdir: { type: 'path', doc: 'Directory in which pip runs.' },
    umask: { type: 'str', doc: 'umask as octal digits.' },
    break_system_packages: {
      type: 'bool',
      default: false,
      doc: "Install among the packages of the host's own manager, though it objects.",
    },
  },
  requiredOneOf: [['name', 'requirements']],
  mutuallyExclusive: [
    ['name', 'requirements'],
    ['executable', 'virtualenv'],
  ],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'pip',
  runsOn: 'host',
  documentation: {
    summary: 'Installs and removes packages of Python.',
    notes: [
      'pip is asked what is there; it installs only what is missing or does not fit. For requirements, addresses, latest and extra_args it has to run to tell, and check mode says changed, as with Ansible.',
    ],
    examples: `
- name: the tool in an environment of its own
  pip: { name: 'httpie>=3,<4', virtualenv: /opt/httpie, virtualenv_command: python3 -m venv }
`,
    returns: {
      'name, version, state, requirements, virtualenv': 'as the task has them',
      'stdout, stderr': 'of pip',
    },
  },
  spec,

  observe: (params) => ({
    installed: scriptProbe(lines([pipPrelude(params), sh`m_pip list --format=freeze`]), (output) => output),
  }),

  async *converge(params, { installed }, context) {
    const wanted = requirementsOf(params)
    const result = resultOf(params)
    const noEnvironment = installed.rc === NO_ENVIRONMENT
    // In check mode an earlier task may bring pip.
    if (installed.rc === NO_PIP && context.check) return { changed: params.state !== 'absent', result }
    if (installed.rc === NO_PIP)
      throw new TaskFailure('Unable to find any of pip3 to use. pip needs to be installed.', {
        hint: 'install python3-pip, or name one: executable, virtualenv',
      })
    if (installed.rc !== 0 && !noEnvironment)
      throw hostFailure('pip cannot tell what is installed', installed)
    const have = readInstalled(noEnvironment ? '' : installed.stdout.toString('utf8'))
    const words = choose(params, wanted, have)
    if (words === null) return { result }
    const before = [...have].map(([name, version]) => `${name}==${version}\n`)
    const output = yield {
      kind: 'run',
      says: saysOf(params, words),
      predicted: result,
      script: lines([
        noEnvironment ? makeEnvironment(params) : sh`:`,
        pipPrelude(params),
        sh`m_pip ${words} || exit
printf '\0'; m_pip list --format=freeze`,
      ]),
    }
    if (output.rc !== 0) throw pipFailure(output)
    const [said = '', list = ''] = output.stdout.toString('utf8').split('\0')
    const after = [...readInstalled(list)].map(([name, version]) => `${name}==${version}\n`)
    const told = { ...result, stdout: said, stderr: saidOn(output) }
    const changed =
      noEnvironment ||
      before.join('') !== after.join('') ||
      (params.state === 'forcereinstall' && said.includes('Successfully installed'))
    const diff = [{ header: 'packages of pip', before: before.join(''), after: after.join('') }]
    return { changed, result: told, ...(context.diff && changed ? { diff } : {}) }
  },
})

/** @throws TaskFailure in Ansible's words for parameters that do not go together */
function requirementsOf(params: Parameters): Requirement[] {
  const { state, virtualenv_command: command } = params
  if (state === 'latest' && params.version !== undefined)
    throw new TaskFailure('version is incompatible with state=latest')
  if (params.umask !== undefined && !textMatches(params.umask, /^0?o?[0-7]{1,4}$/))
    throw new TaskFailure('umask must be an octal integer')
  if (params.virtualenv_python !== undefined && isVenv(revealText(command)))
    throw new TaskFailure(
      'virtualenv_python should not be used when using the venv module or pyvenv as virtualenv_command',
    )
  const names = joinNames((params.name ?? []).map((one) => revealText(one))).filter((one) => one !== '')
  if (params.version === undefined) return names.map(readRequirement)
  const [first = '', ...more] = names
  if (more.length > 0)
    throw new TaskFailure("'version' argument is ambiguous when installing multiple package distributions.", {
      hint: "write the versions behind the names: name: ['one==1.0', 'two>=2']",
    })
  if (readRequirement(first).conditions !== '')
    throw new TaskFailure(
      "The 'version' argument conflicts with any version specifier provided along with a package name.",
    )
  const version = revealText(params.version)
  return [readRequirement(`${first}${/^[<>=!~]/.test(version) ? '' : '=='}${version}`)]
}

/** The words for pip, without those that are right as they are; null where nothing is left. */
function choose(
  params: Parameters,
  wanted: readonly Requirement[],
  have: ReadonlyMap<string, string>,
): Text[] | null {
  const { state } = params
  const extra =
    params.extra_args === undefined
      ? []
      : splitWords(revealText(params.extra_args)).map((word) => madeFrom(word, [params.extra_args]))
  if (params.requirements !== undefined) return [...VERBS[state], ...extra, '-r', params.requirements]
  const left =
    state === 'absent'
      ? wanted.filter(({ name }) => name === null || have.has(name))
      : state === 'present' && extra.length === 0 && !params.editable
        ? wanted.filter((one) => isInstalled(one, have) !== true)
        : wanted
  if (left.length === 0) return null
  const texts = left.map(({ text }) => text)
  const named = params.editable ? texts.flatMap((text) => ['-e', text]) : texts
  return [...VERBS[state], ...extra, ...named]
}

const VERBS = {
  present: ['install'],
  absent: ['uninstall', '-y'],
  latest: ['install', '-U'],
  forcereinstall: ['install', '-U', '--force-reinstall'],
} as const

function saysOf({ state, virtualenv }: Parameters, words: readonly Text[]): string {
  const what = words.filter((word) => !textMatches(word, /^-/)).slice(1)
  return `${state === 'absent' ? 'remove' : 'install'} ${what.join(', ')}${virtualenv === undefined ? '' : ` in ${virtualenv}`}`
}

function resultOf(params: Parameters): Record<string, Value> {
  const { name, version, state, requirements, virtualenv } = params
  return {
    ...{ name: name === undefined ? null : [...name], version: version ?? null, state },
    ...{ requirements: requirements ?? null, virtualenv: virtualenv ?? null },
  }
}

function pipFailure(output: Output): TaskFailure {
  const said = reasonOf(output)
  const hint = /externally-managed-environment/.test(said)
    ? 'name a virtualenv, or set break_system_packages: true'
    : /No module named venv|ensurepip is not available/.test(said)
      ? 'install python3-venv, or virtualenv'
      : undefined
  return hostFailure('pip failed', output, {
    result: { stdout: output.stdout.toString('utf8') },
    ...(hint === undefined ? {} : { hint }),
  })
}
