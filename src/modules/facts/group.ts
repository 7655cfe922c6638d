import type { Field } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Value } from '../../values/value.ts'

/** Facts by their names without `ansible_`. */
export type Facts = ReadonlyMap<string, Value>

/** How facts are gathered. */
export interface FactOptions {
  /** The folder of local facts. */
  readonly factPath: string
  /** Seconds for what may take long: file systems that do not answer, programs among the local facts. */
  readonly timeout: number
}

/** What is asked of a host together, since it is read from the same places. */
export interface FactGroup {
  readonly name: string
  /** Names without `ansible_`. */
  readonly facts: readonly string[]
  /** Further names that it may give. */
  readonly matches?: RegExp
  /** The words of `gather_subset` that bring it, beside `all`. */
  readonly subsets: readonly string[]
  script(options: FactOptions): ShellText
  /** The facts from what the script printed. Whatever a host sends, it is bounded work. */
  read(answers: FactAnswers): Facts
}

/** The fields that a script printed. */
export class FactAnswers {
  readonly #fields: readonly Field[]

  constructor(fields: readonly Field[]) {
    this.#fields = fields
  }

  /** The text of the first field of that name, without white space around it; undefined when it is empty or missing. */
  text(name: string): string | undefined {
    const text = this.#fields
      .find((field) => field.name === name)
      ?.value.toString('utf8')
      .trim()
    return text === '' ? undefined : text
  }

  /** The lines of a text field. */
  lines(name: string): string[] {
    return this.text(name)?.split('\n') ?? []
  }

  /** The texts of all fields of that name. */
  all(name: string): string[] {
    return this.#fields
      .filter((field) => field.name === name)
      .map(({ value }) => value.toString('utf8').trim())
  }

  /** Names and texts in order. */
  *pairs(): Iterable<readonly [name: string, text: string]> {
    for (const { name, value } of this.#fields) yield [name, value.toString('utf8')]
  }

  has(name: string): boolean {
    return this.#fields.some((field) => field.name === name)
  }
}

/**
 * `m_one NAME FILE`: the first line of a file as a field, if it has one. `m_all NAME FILE`: a whole text file.
 * `m_is NAME TEST...`: an empty field when the test holds. None costs a process.
 */
const HELPERS = sh`m_one() { m_v=; { IFS= read -r m_v <"$2"; } 2>/dev/null; [ -z "$m_v" ] || printf '%s\0%s\0' "$1" "$m_v"; }
m_all() { [ -f "$2" ] && [ -r "$2" ] || return 0; printf '%s\0' "$1"; { while IFS= read -r m_v || [ -n "$m_v" ]; do printf '%s\n' "$m_v"; done <"$2"; } 2>/dev/null; printf '\0'; }
m_is() { m_k=$1; shift; [ "$@" ] && printf '%s\0\0' "$m_k"; return 0; }`

/** A script with the helpers; it ends well, whatever its last command said. */
export function factScript(script: ShellText): ShellText {
  return lines([HELPERS, script, sh`:`])
}

/** `KEY=value` lines as os-release and its like have them, quotes taken off. */
export function readAssignments(text: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line)
    if (match === null) continue
    const value = (match[2] as string).trim()
    const quoted = /^(["'])(.*)\1$/.exec(value)
    found.set(match[1] as string, (quoted?.[2] ?? value).replace(/\\(["$`\\])/g, '$1'))
  }
  return found
}

/** Digits as a number; undefined for anything else. */
export function count(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
}
