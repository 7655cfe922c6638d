import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fetchAddress, runProgram } from '../../src/run/scope/controller-programs.ts'
import { OMIT, type Scope, TemplateError, type TemplateHome } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import { repr } from '../../src/template/python/text/repr.ts'
import { DateTime } from '../../src/values/date-time.ts'
import { Float } from '../../src/values/float.ts'
import { Secret } from '../../src/values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../../src/values/template-text.ts'
import { integer, type Key, type Value } from '../../src/values/value.ts'

const FOLDER = new URL('../cases/templates/', import.meta.url)

/** A recorded answer of Ansible's; test/cases/templates/README.md says what the fields mean. */
export interface Recorded {
  /** The file and the template; a number behind it where a file has the same template again. */
  readonly name: string
  readonly file: string
  readonly source: string
  readonly isExpression: boolean
  readonly vars: ReadonlyMap<string, Json>
  readonly files: ReadonlyMap<string, string>
  readonly options: ReadonlyMap<string, boolean>
  readonly ansible: ReadonlyMap<string, Json>
}

/** JSON with whole numbers and floats apart and its objects in order. */
type Json = null | boolean | number | bigint | string | Float | Json[] | Map<string, Json>

/** A hash of the usual number of rounds, a second of work: it is asked for in one form, not in each. */
const SLOW = /password_hash\('sha\d+', '\w+'\)/

/** All recorded cases. */
export function recordedCases(): Recorded[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  return files.flatMap((file) => {
    const seen = new Map<string, number>()
    return readJson(file).map((entry): Recorded => {
      const source = entry.get('template') as string
      const count = (seen.get(source) ?? 0) + 1
      seen.set(source, count)
      const topic = file.slice(0, -'.json'.length)
      return {
        name: `${topic}: ${source}${count === 1 ? '' : ` (${count})`}`,
        file: topic,
        source,
        isExpression: entry.get('mode') === 'expression',
        vars: (entry.get('vars') ?? new Map()) as Map<string, Json>,
        files: (entry.get('files') ?? new Map()) as Map<string, string>,
        options: (entry.get('options') ?? new Map()) as Map<string, boolean>,
        ansible: entry.get('ansible') as Map<string, Json>,
      }
    })
  })
}

function readJson(file: string): Map<string, Json>[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8')
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (typeof value === 'number') {
      const source = context!.source!
      return /[.eE]/.test(source) ? new Float(value) : integer(BigInt(source))
    }
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && !(value instanceof Float) ? new Map(Object.entries(value)) : value
  })
}

/** Variables as a playbook holds them: every text with marks is a template, unless it is said to be unsafe. */
function variable(json: Json): Value {
  if (typeof json === 'string') return hasTemplateMarks(json) ? new TemplateText(json) : json
  if (Array.isArray(json)) return json.map(variable)
  if (!(json instanceof Map)) return json
  if (json.has('$unsafe')) return json.get('$unsafe') as string
  if (json.has('$int')) return integer(BigInt(json.get('$int') as string))
  if (json.has('$float')) return float(json.get('$float') as string)
  return new Map(Array.from(json, ([key, item]): [Key, Value] => [key, variable(item)]))
}

function float(text: string): Float {
  return new Float(
    text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number.NaN,
  )
}

/** A recorded value in a form that shows every difference: types, order, keys. */
function expected(json: Json): string {
  return canonical(decoded(json))
}

function decoded(json: Json): Value | typeof OMIT {
  if (Array.isArray(json)) return json.map(decoded) as Value[]
  if (!(json instanceof Map)) return json
  if (json.has('$omit')) return OMIT
  if (json.has('$int')) return BigInt(json.get('$int') as string)
  if (json.has('$float')) return float(json.get('$float') as string)
  if (json.has('$datetime')) return `$datetime ${json.get('$datetime')}`
  return new Map(Array.from(json, ([key, item]): [Key, Value] => [key, decoded(item) as Value]))
}

function canonical(value: Value | typeof OMIT): string {
  return value === OMIT ? 'omit' : repr(comparable(value))
}

function comparable(value: Value): Value {
  if (Array.isArray(value)) return value.map(comparable)
  // Ansible has no such type: what it shows, muster holds (passwords).
  if (value instanceof Secret) return value.reveal()
  if (value instanceof DateTime) return `$datetime ${value}`
  if (!(value instanceof Map)) return value
  return new Map(
    Array.from(value, ([key, item]): [Key, Value] => [
      typeof key === 'string' ? key : repr(key),
      comparable(item),
    ]),
  )
}

/** What muster answers otherwise than Ansible; empty when they agree. */
export function differences(recorded: Recorded): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'muster-case-'))
  try {
    for (const [name, text] of recorded.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return differencesIn(recorded, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function differencesIn(recorded: Recorded, folder: string): string[] {
  const { ansible } = recorded
  const source = recorded.isExpression ? `{{ ${recorded.source} }}` : recorded.source
  const scope: Scope = {
    lookup: (name) => (recorded.vars.has(name) ? variable(recorded.vars.get(name)!) : undefined),
    names: () => recorded.vars.keys(),
  }
  const home: TemplateHome = {
    directory: folder,
    include: (name) => {
      const source = recorded.files.get(name)
      return source === undefined ? undefined : { source, file: join(folder, name) }
    },
    run: (command) => runProgram(command, folder),
    fetch: fetchAddress,
  }
  const engine = createEngine(scope, home)
  const found: string[] = []
  const check = (what: string, want: string | undefined, run: () => string) => {
    const got = attempt(run)
    if (got !== (want ?? 'error')) found.push(`${what}: ${got}, Ansible: ${want ?? 'error'}`)
  }
  // A value in a playbook has no options of its own; with options only the text can be asked for.
  if (recorded.options.size === 0) {
    const want = ansible.has('value') ? expected(ansible.get('value')!) : undefined
    check('value', want, () =>
      canonical(engine.resolve(new TemplateText(source, { file: 'case.yaml', line: 1, column: 1 }))),
    )
  }
  if (SLOW.test(source)) return found
  const [trimBlocks, lstripBlocks] = [
    recorded.options.get('trim_blocks'),
    recorded.options.get('lstrip_blocks'),
  ]
  check('text', ansible.has('text') ? JSON.stringify(ansible.get('text')) : undefined, () =>
    JSON.stringify(
      revealed(
        engine.renderFile(source, 'case.j2', {
          ...(trimBlocks === undefined ? {} : { trimBlocks }),
          ...(lstripBlocks === undefined ? {} : { lstripBlocks }),
        }),
      ),
    ),
  )
  const when = ansible.get('when')
  if (when !== undefined) {
    const condition = hasTemplateMarks(recorded.source) ? new TemplateText(recorded.source) : recorded.source
    check('when', typeof when === 'boolean' ? String(when) : undefined, () =>
      String(engine.condition(condition)),
    )
  }
  return found
}

function revealed(text: string | Secret): string {
  return text instanceof Secret ? text.revealText() : text
}

/** What a call gives, or `error` when it throws a TemplateError. Any other exception is a defect and shows itself. */
function attempt(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (error instanceof TemplateError) return 'error'
    return `defect: ${error instanceof Error ? error.stack : error}`
  }
}
