import { splitFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import type { EditedFile } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { placeEdited, removeEdited } from '../editing/place-edited.ts'
import { putBack, reread } from '../editing/reread.ts'
import { type Action, type ActionResult, defineModule, type ModuleContext } from '../module.ts'
import type { Text } from '../parameters.ts'
import {
  parseSourceLine,
  readSources,
  type SourceLine,
  suggestedFile,
  wantedSource,
  withEnabled,
  withoutSource,
  writtenSources,
} from '../repositories/one-line.ts'

const FOLDER = '/etc/apt/sources.list.d'
const MODE = '0644'
const NO_PYTHON = 'Taken for the sake of existing playbooks: muster needs nothing for it.'

export default defineModule({
  name: 'apt_repository',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a repository in the sources of apt, in the form of one line.',
    notes: [
      'A line that is commented out is used again, wherever it is; a new one gets a file of its own. Files are put back whole, by the door of copy.',
      'When apt cannot read its lists then, the files are as they were before.',
      'ppa: is refused: name its address with deb822_repository.',
    ],
    examples: `
- name: the agent's repository
  apt_repository:
    repo: deb [signed-by=/etc/apt/keyrings/agent.asc] https://apt.example.com stable main
    filename: agent
`,
    returns: {
      'repo, state': 'as the task has them',
      'sources_added, sources_removed': 'files that were made and removed',
    },
  },
  spec: {
    parameters: {
      repo: {
        type: 'str',
        required: true,
        doc: 'The line: deb or deb-src, options, address, suite, components.',
      },
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        default: 'present',
        doc: 'Whether it shall be there.',
      },
      filename: {
        type: 'str',
        doc: `Name of a new file in ${FOLDER}, without .list. Default: made from the address.`,
      },
      mode: { type: 'mode', doc: `Mode of a new file; ${MODE} without it.` },
      update_cache: {
        type: 'bool',
        default: true,
        aliases: ['update-cache'],
        doc: "Read apt's lists when something changed.",
      },
      update_cache_retries: { type: 'int', default: 5, doc: 'How often that is tried.' },
      update_cache_retry_max_delay: {
        type: 'int',
        default: 12,
        doc: 'Seconds that are waited between at most.',
      },
      install_python_apt: { type: 'bool', default: true, doc: NO_PYTHON },
      validate_certs: { type: 'bool', default: true, doc: NO_PYTHON },
    },
  },

  observe: () => ({ files: scriptProbe(READ, readFiles) }),

  async *converge(params, { files }, context) {
    const repo = revealText(params.repo)
    const source = wantedSource(repo)
    const result = { repo: params.repo, state: params.state, sources_added: [], sources_removed: [] }
    const changes =
      params.state === 'present' ? present(source, files, revealText(params.filename)) : absent(source, files)
    if (changes.length === 0) return { result }
    const told = {
      ...result,
      sources_added: changes.filter((one) => !files.has(one.path)).map(({ path }) => path),
      sources_removed: changes
        .filter((one) => one.lines(readSources(files.get(one.path) ?? '')).length === 0)
        .map(({ path }) => path),
    }
    const done: EditedFile[] = []
    for (const change of changes) {
      const file = yield* reread(change.path)
      const lines = change.lines(readSources(file.old?.bytes.toString('utf8') ?? ''))
      yield* put(file, lines, { mode: params.mode ?? MODE, repo: params.repo, predicted: told }, context)
      done.push(file)
    }
    if (!params.update_cache) return { result: told }
    const output = yield {
      kind: 'run',
      says: "read apt's lists",
      script: updateScript(params.update_cache_retries, params.update_cache_retry_max_delay),
    }
    if (output.rc === 0) return { result: told }
    for (const file of done) yield* putBack(file, context)
    throw updateFailure(output, params.update_cache_retries)
  },
})

/** What is done to a file: its lines, from those that it has. */
interface Change {
  readonly path: string
  lines(now: readonly SourceLine[]): SourceLine[]
}

type Files = ReadonlyMap<string, string>

function present(source: string, files: Files, filename: string | undefined): Change[] {
  const all = [...files].map(([path, text]) => ({ path, lines: readSources(text) }))
  if (all.some(({ lines }) => lines.some((line) => line.valid && line.source === source)))
    return all.flatMap(({ path, lines }) =>
      withEnabled(lines, source) === null
        ? []
        : [{ path, lines: (now) => withEnabled(now, source) ?? [...now] }],
    )
  const name = filename === undefined ? suggestedFile(source) : `${filename}.list`
  const path = name.includes('/') ? name : `${FOLDER}/${name}`
  return [{ path, lines: (now) => [...now, parseSourceLine(source)] }]
}

function absent(source: string, files: Files): Change[] {
  return [...files].flatMap(([path, text]) =>
    withoutSource(readSources(text), source) === null
      ? []
      : [{ path, lines: (now) => withoutSource(now, source) ?? [...now] }],
  )
}

/** Puts the lines in their file; a file without any goes. */
async function* put(
  file: EditedFile,
  lines: readonly SourceLine[],
  options: {
    readonly mode: string
    readonly repo: Text
    readonly predicted: Readonly<Record<string, Value>>
  },
  context: ModuleContext,
): AsyncGenerator<Action, void, ActionResult> {
  if (lines.length === 0) {
    const before = file.old?.bytes.toString('utf8') ?? ''
    yield* removeEdited(
      file,
      context.diff ? [{ header: file.path, before, after: '' }] : [],
      options.predicted,
    )
    return
  }
  const mode = file.old === null ? { mode: options.mode } : {}
  const text = secretText(Buffer.from(writtenSources(lines)), [options.repo], file.path)
  yield* placeEdited(file, text, { ...mode, predicted: () => options.predicted }, context)
}

const READ = sh`for m_f in /etc/apt/sources.list ${FOLDER}/*.list; do
  [ -f "$m_f" ] || continue
  printf 'name\0%s\0text\0' "$m_f"; tr -d '\0' <"$m_f" || exit; printf '\0'
done`

function readFiles(output: Output): Files {
  if (output.rc !== 0 || output.truncated)
    throw new TaskFailure(`cannot read the sources of apt: ${reasonOf(output)}`, { hint: 'become root' })
  const fields = splitFields(output.stdout, 'read the sources of apt')
  const texts = fields.filter(({ name }) => name === 'text')
  return new Map(
    fields
      .filter(({ name }) => name === 'name')
      .map(({ value }, at) => [value.toString('utf8'), texts[at]?.value.toString('utf8') ?? '']),
  )
}

function updateScript(tries: number, longest: number) {
  return sh`export LC_ALL=C LANG=C DEBIAN_FRONTEND=noninteractive
m_n=0; m_wait=1
while :; do
  m_o=$(apt-get update -o APT::Update::Error-Mode=any 2>&1 </dev/null) && exit 0
  m_n=$((m_n + 1)); [ "$m_n" -lt ${tries} ] || break
  [ "$m_wait" -le ${longest} ] || m_wait=${longest}
  sleep "$m_wait"; m_wait=$((m_wait * 2))
done
printf '%s\n' "$m_o" >&2; exit 1`
}

function updateFailure(output: Output, tries: number): TaskFailure {
  const said = reasonOf(output)
  const errors = said.split('\n').filter((line) => /^[EW]:/.test(line))
  return new TaskFailure(
    `Failed to update apt cache after ${tries} retries: ${errors.length === 0 ? said : errors.join('\n')}`,
    {
      result: { changed: false },
      hint: 'the sources are as they were; look at the address, its key and its suite',
    },
  )
}
