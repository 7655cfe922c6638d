import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, '../../../src')

/** A script for PowerShell in our sources. */
export interface OurScript {
  /** `connection/windows/program.ts:30`. */
  readonly place: string
  /** With a variable in the place of each value. */
  readonly text: string
}

/** All texts of `ps` templates in the sources; those within the values of others too. */
export function ourScripts(): OurScript[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => scriptsIn(readFileSync(join(SOURCE, name), 'utf8'), name))
}

function scriptsIn(source: string, name: string): OurScript[] {
  const found: OurScript[] = []
  const opening = /(?<![\w.])ps`/g
  for (let match = opening.exec(source); match !== null; match = opening.exec(source)) {
    const { text } = readTemplate(source, opening.lastIndex)
    // In documentation the template ends at once, or stands in a comment.
    if (/^\s*(?:\/?\*|\/\/)/.test(lineAt(source, match.index))) continue
    found.push({ place: `${name}:${source.slice(0, match.index).split('\n').length}`, text })
  }
  return found
}

function lineAt(source: string, at: number): string {
  return source.slice(source.lastIndexOf('\n', at) + 1, at + 1)
}

/** Reads from behind the opening backtick to the closing one. */
function readTemplate(source: string, from: number): { readonly text: string; readonly end: number } {
  let text = ''
  let values = 0
  let at = from
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\' && source[at + 1] === '`') {
      text += '`'
      at += 2
    } else if (source.startsWith('\\${', at)) {
      text += '${'
      at += 3
    } else if (source.startsWith('${', at)) {
      at = endOfValue(source, at + 2)
      text += `$m${values}`
      values += 1
    } else {
      text += source[at]
      at += 1
    }
  }
  return { text, end: at + 1 }
}

/** Behind the brace that closes a value, past templates and strings in it. */
function endOfValue(source: string, from: number): number {
  let depth = 1
  let at = from
  while (depth > 0 && at < source.length) {
    const character = source[at]
    if (character === '`') {
      at = readTemplate(source, at + 1).end
      continue
    }
    if (character === "'") {
      at += 1
      while (source[at] !== "'") at += source[at] === '\\' ? 2 : 1
    }
    if (character === '{') depth += 1
    if (character === '}') depth -= 1
    at += 1
  }
  return at
}
