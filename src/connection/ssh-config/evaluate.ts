import { globSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { formatPosition } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { type ConfigLine, ConfigReader } from './lines.ts'
import { canonicalKeyword, OPTION_NAMES, optionOf, SEVERAL } from './options.ts'
import { matchesList, matchesPattern } from './patterns.ts'

/** An option that was set, and where. */
export interface SshOption {
  /** As ssh_config(5) spells it. */
  readonly name: string
  readonly words: readonly string[]
  /** `file:line`, or the name of a variable. */
  readonly from: string
}

/** The options that hold for a host, by keyword in lower case. Those that may be set several times have several entries. */
export type SshOptions = ReadonlyMap<string, readonly SshOption[]>

export interface SshQuery {
  /** The name that stands behind `ssh`. */
  readonly host: string
  /** Options set before any file, strongest first. */
  readonly given: readonly SshOption[]
  /** `-F`: read instead of the user's and the system's file; `none` reads nothing. */
  readonly configFile?: string | undefined
}

/** Includes within includes. OpenSSH's bound. */
const DEEPEST = 16

/** Where OpenSSH's configuration is. */
export interface SshConfigPlaces {
  readonly home: string
  readonly system: string
}

interface State {
  readonly query: SshQuery
  readonly options: Map<string, SshOption[]>
  readonly problems: Problem[]
  readonly ignored: string[]
  readonly final: boolean
  wantsFinal: boolean
}

/** OpenSSH's client configuration: files read once, evaluated for each host. */
export class SshConfig {
  readonly #reader = new ConfigReader()
  readonly #places: SshConfigPlaces

  constructor(places: Partial<SshConfigPlaces> = {}) {
    this.#places = { home: homedir(), system: '/etc/ssh/ssh_config', ...places }
  }

  get home(): string {
    return this.#places.home
  }

  /** The first value of an option counts: given ones, the user's file, the system's. */
  evaluate(query: SshQuery): { readonly options: SshOptions; readonly problems: readonly Problem[] } {
    const first = this.#pass(query, new Map(), false)
    // `Match final` and `Match canonical` hold in a second reading only, which adds to what the first one found.
    const state = first.wantsFinal ? this.#pass(query, first.options, true) : first
    return { options: state.options, problems: state.problems }
  }

  #pass(query: SshQuery, options: Map<string, SshOption[]>, final: boolean): State {
    const state: State = { query, options, problems: [], ignored: [], final, wantsFinal: false }
    if (!final) {
      for (const option of query.given) {
        const keyword = canonicalKeyword(option.name)
        if (!options.has(keyword) || SEVERAL.has(keyword)) add(options, keyword, option)
      }
    }
    const { home, system } = this.#places
    if (query.configFile === undefined) {
      this.#file(state, join(home, '.ssh', 'config'), join(home, '.ssh'), true, true, 0)
      this.#file(state, system, dirname(system), false, true, 0)
    } else if (query.configFile.toLowerCase() !== 'none') {
      this.#file(state, query.configFile, join(home, '.ssh'), false, true, 0)
    }
    return state
  }

  /** @param active false within a block that does not hold: an included file then cannot make itself hold */
  #file(state: State, file: string, base: string, strict: boolean, active: boolean, depth: number): void {
    const { lines, problems } = this.#reader.read(file, strict)
    if (active) state.problems.push(...problems)
    let holds = active
    for (const line of lines) {
      const keyword = line.keyword.toLowerCase()
      if (keyword === 'host') holds = active && matchesList(state.query.host, line.words)
      else if (keyword === 'match') holds = this.#match(state, line) && active
      else if (keyword === 'include') {
        if (holds) this.#include(state, line, base, strict, depth)
      } else this.#set(state, line, holds)
    }
  }

  #include(state: State, line: ConfigLine, base: string, strict: boolean, depth: number): void {
    if (depth === DEEPEST) {
      state.problems.push({ message: 'files include each other without end', position: line })
      return
    }
    for (const word of line.words) {
      const tilde = word === '~' || word.startsWith('~/') ? join(this.home, word.slice(1)) : word
      const pattern = isAbsolute(tilde) ? tilde : join(base, tilde)
      const files = /[*?[]/.test(pattern) ? globSync(pattern).sort() : [pattern]
      for (const file of files) this.#file(state, file, base, strict, true, depth + 1)
    }
  }

  #set(state: State, { keyword: written, words, ...position }: ConfigLine, holds: boolean): void {
    const keyword = canonicalKeyword(written)
    const option = optionOf(keyword)
    if (keyword === 'ignoreunknown') {
      if (holds) state.ignored.push(...words.flatMap((word) => word.toLowerCase().split(',')))
    } else if (option === undefined) {
      if (state.ignored.some((pattern) => matchesPattern(keyword, pattern)) || !holds) return
      const hint = didYouMean(written, OPTION_NAMES)
      state.problems.push({ message: `${written} is no option of OpenSSH that muster knows`, position, hint })
    } else if (holds) {
      const before = state.options.get(keyword)
      const set: SshOption = { name: option.name, words, from: formatPosition(position) }
      if (before === undefined) add(state.options, keyword, set)
      else if (SEVERAL.has(keyword) && !before.some(({ words: [word] }) => word === words[0]))
        before.push(set)
    }
  }

  #match(state: State, line: ConfigLine): boolean {
    const words = line.words.flatMap((word) =>
      /^!?(?:host|originalhost|user|localuser|exec|tagged)=/i.test(word)
        ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
        : [word],
    )
    let holds = true
    for (let at = 0; at < words.length; at += 1) {
      const negated = words[at]!.startsWith('!')
      const attribute = words[at]!.slice(negated ? 1 : 0).toLowerCase()
      let matches: boolean
      if (attribute === 'all') matches = true
      else if (attribute === 'final' || attribute === 'canonical') {
        if (attribute === 'final') state.wantsFinal = true
        matches = state.final
      } else {
        const subject = this.#subject(state, attribute)
        const argument = words[++at]
        if (subject === undefined || argument === undefined) {
          this.#refuse(state, line, attribute, argument)
          return false
        }
        const patterns = argument.split(',')
        matches = attribute.endsWith('host')
          ? matchesList(subject.toLowerCase(), lower(patterns))
          : matchesList(subject, patterns)
      }
      if (matches === negated) holds = false
    }
    return holds
  }

  #refuse(state: State, position: ConfigLine, attribute: string, argument: string | undefined): void {
    const message =
      argument === undefined && attribute !== 'exec'
        ? `Match ${attribute} has no value`
        : `Match ${attribute} is not obeyed`
    const hint =
      attribute === 'exec'
        ? 'muster runs no programs to read a configuration: write Match host, or give another file with -F in ansible_ssh_common_args'
        : 'it knows host, originalhost, user, localuser, final, canonical and all'
    state.problems.push({ message, position: { file: position.file, line: position.line }, hint })
  }

  /** What a criterion of Match is about, as far as it is known at that line. */
  #subject({ query, options }: State, attribute: string): string | undefined {
    if (attribute === 'originalhost') return query.host
    if (attribute === 'localuser') return userInfo().username
    if (attribute === 'user') return options.get('user')?.[0]?.words[0] ?? userInfo().username
    if (attribute !== 'host') return undefined
    const name = options.get('hostname')?.[0]?.words[0]
    return name === undefined
      ? query.host
      : name.replaceAll(/%([h%])/g, (_, of) => (of === 'h' ? query.host : '%'))
  }
}

function add(options: Map<string, SshOption[]>, keyword: string, option: SshOption): void {
  const before = options.get(keyword)
  if (before === undefined) options.set(keyword, [option])
  else before.push(option)
}

function lower(words: readonly string[]): string[] {
  return words.map((word) => word.toLowerCase())
}
