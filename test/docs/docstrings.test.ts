import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

// What a file exports for others to call says in a docstring what it does: shapes, units, errors, sources of facts.

const SOURCE = join(import.meta.dirname, '../../src')

/** A function, a class, or a constant that is a function, as the formatter writes them. */
const EXPORTED =
  /^export (?:(?:async )?function\*? ?|(?:abstract )?class )(\w+)|^export const (\w+)(?:: [^=\n]+)? =\s*(?:async )?(?:\([^()\n]*\)(?:: [^=\n]+)? =>|function\b|<)/gm

/** Names of what a source exports without a docstring above it; of several signatures one may speak for all. */
function undocumented(text: string): string[] {
  const missing = new Set<string>()
  const documented = new Set<string>()
  for (const match of text.matchAll(EXPORTED)) {
    const name = (match[1] ?? match[2]) as string
    if (/\*\/\s*$/.test(text.slice(Math.max(0, match.index - 20), match.index))) documented.add(name)
    else missing.add(name)
  }
  return [...missing].filter((name) => !documented.has(name))
}

test('the judge finds what has none', () => {
  const text = `export function a() {}
/** Does. */
export async function* b() {}
export const c = (one: number): number => one
export class D {}
/** Signs. */
export function e(one: string): string
export function e(one: undefined): undefined
export const F = 1
export const g = async () => 1
`
  expect(undocumented(text)).toEqual(['a', 'c', 'D', 'g'])
})

test('exported functions and classes carry a docstring', () => {
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /(?<!\.gen)\.ts$/.test(entry.name),
  )
  const sources = files.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { name: relative(SOURCE, path), text: readFileSync(path, 'utf8') }
  })
  expect(sources.flatMap(({ text }) => [...text.matchAll(EXPORTED)]).length).toBeGreaterThan(1500)
  const missing = sources.flatMap(({ name, text }) => undocumented(text).map((one) => `${name}: ${one}`))
  expect(missing).toEqual([])
})
