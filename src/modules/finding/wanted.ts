import { basename } from 'node:path/posix'
import { PythonError } from '../../template/python/error.ts'
import { matchesName } from '../../template/python/paths/glob.ts'
import { type PythonRegex, pythonRegex } from '../../template/python/regex/regex.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { applyMode, parseMode } from '../files/attributes/modes.ts'
import type { FoundFile } from './found-files.ts'

/** What find's parameters want of a file, but for its content. */
export interface Wish {
  readonly patterns: readonly string[]
  readonly excludes: readonly string[]
  readonly useRegex: boolean
  readonly hidden: boolean
  /** Seconds; of at least that age, or of at most where negative. */
  readonly age: number | undefined
  readonly ageStamp: 'atime' | 'ctime' | 'mtime'
  /** Bytes; of at least that size, or of at most where negative. Only of files. */
  readonly size: number | undefined
  readonly mode: string | undefined
  readonly exactMode: boolean
}

/** @throws TaskFailure for a pattern or mode that is none */
export function wantedBy(wish: Wish, now: number): (file: FoundFile) => boolean {
  const named = nameFilter(wish)
  const mode = wish.mode === undefined ? undefined : modeOf(wish.mode)
  return ({ path, stat }) => {
    const name = basename(path)
    if (!wish.hidden && name.startsWith('.')) return false
    if (wish.age !== undefined && !reaches(now - stat[wish.ageStamp], wish.age)) return false
    if (wish.size !== undefined && stat.kind === 'file' && !reaches(stat.size, wish.size)) return false
    if (mode !== undefined && !(wish.exactMode ? stat.mode === mode : (stat.mode & mode) !== 0)) return false
    return named(name)
  }
}

function reaches(value: number, limit: number): boolean {
  return limit >= 0 ? value >= limit : value <= -limit
}

function modeOf(text: string): number {
  return applyMode(parseMode(text), { mode: 0, umask: 0, directory: false })
}

function nameFilter({ patterns, excludes, useRegex }: Wish): (name: string) => boolean {
  const matcher = (pattern: string) => {
    if (!useRegex) return (name: string) => matchesName(name, pattern)
    const regex = compile(pattern)
    // The leftmost match of a search is at the beginning, or there is none there.
    return (name: string) => regex.search(name)?.index === 0
  }
  const any = (list: readonly string[]) => {
    const matchers = list.map(matcher)
    return (name: string) => matchers.some((matches) => matches(name))
  }
  const wanted = any(patterns.length === 0 ? [useRegex ? '.*' : '*'] : patterns)
  const unwanted = any(excludes)
  return (name) => wanted(name) && !unwanted(name)
}

/** @throws TaskFailure */
export function compile(pattern: string): PythonRegex {
  try {
    return pythonRegex(pattern)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw new TaskFailure(`'${pattern}' is no regular expression: ${error.message}`)
  }
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const BYTES: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** `4w`, `-1h`: seconds. @throws TaskFailure in Ansible's words */
export function readAge(text: string): number {
  return measure(text, SECONDS, 'age')
}

/** `1m`, `-10k`: bytes. @throws TaskFailure in Ansible's words */
export function readSize(text: string): number {
  return measure(text, BYTES, 'size')
}

function measure(text: string, units: Readonly<Record<string, number>>, what: string): number {
  const match = new RegExp(`^(-?\\d{1,12})([${Object.keys(units).join('')}])?$`).exec(text.toLowerCase())
  if (match === null)
    throw new TaskFailure(`failed to process ${what}`, {
      hint: `a number with one of ${Object.keys(units).join(', ')} behind it, like 2${Object.keys(units)[1]}`,
      result: { [what]: text },
    })
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1)
}
