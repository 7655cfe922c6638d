import { readFileSync, statSync } from 'node:fs'
import type { Problem } from '../../values/problem.ts'
import { splitWords } from './words.ts'

/** One directive of a file of OpenSSH's client configuration. */
export interface ConfigLine {
  /** As it is written; its case does not count. */
  readonly keyword: string
  readonly words: readonly string[]
  readonly file: string
  readonly line: number
}

/** A file, read; `problems` are told only to hosts that use it. */
export interface ConfigFile {
  readonly lines: readonly ConfigLine[]
  readonly problems: readonly Problem[]
}

/*
 * Written by hand: the npm packages for this format evaluate no Match, no Include and no tokens, and keep no lines.
 * ssh_config(5) and `ssh -G` are the specification.
 */

/** Keyword and arguments, with blanks or one `=` between them. */
export function readDirective(text: string): { readonly keyword: string; readonly words: string[] } {
  const [, keyword = '', rest = ''] = /^\s*([^\s="]*)(?:\s*=\s*|\s+)?(.*)$/s.exec(text) ?? []
  return { keyword, words: splitWords(rest, true) }
}

/** The lines of an ssh_config with their places, and all its mistakes; comments and empty lines are left out. @param file for positions */
export function readLines(text: string, file: string): ConfigFile {
  const lines: ConfigLine[] = []
  const problems: Problem[] = []
  text.split('\n').forEach((source, index) => {
    const position = { file, line: index + 1 }
    if (/^\s*(?:#|$)/.test(source)) return
    try {
      const { keyword, words } = readDirective(source)
      if (words.length === 0) problems.push({ message: `${keyword} has no value`, position })
      else lines.push({ keyword, words, ...position })
    } catch (error) {
      problems.push({ message: (error as Error).message, position })
    }
  })
  return { lines, problems }
}

/** Reads files once as long as they do not change: an inventory has thousands of hosts and one configuration. */
export class ConfigReader {
  readonly #read = new Map<string, { readonly stamp: string; readonly content: ConfigFile }>()

  /** @param strict refuses a file that others may write, as OpenSSH does for a user's own. Missing is empty. */
  read(file: string, strict: boolean): ConfigFile {
    let stamp: string
    try {
      const { mtimeMs, size, mode, uid, ino } = statSync(file)
      if (strict && ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0)) {
        const hint = `chmod 600 ${file}`
        return { lines: [], problems: [{ message: 'others may write this file', position: { file }, hint }] }
      }
      stamp = `${mtimeMs} ${size} ${ino}`
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], problems: [] }
      return { lines: [], problems: [{ message: (error as Error).message, position: { file } }] }
    }
    const known = this.#read.get(file)
    if (known?.stamp === stamp) return known.content
    let content: ConfigFile
    try {
      content = readLines(readFileSync(file, 'utf8'), file)
    } catch (error) {
      content = { lines: [], problems: [{ message: (error as Error).message, position: { file } }] }
    }
    this.#read.set(file, { stamp, content })
    return content
  }
}
