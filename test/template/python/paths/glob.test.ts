import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { globPaths, matchesName } from '../../../../src/template/python/paths/glob.ts'

const folder = mkdtempSync(join(tmpdir(), 'muster-glob-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const name of ['a.conf', 'b.conf', '.hidden.conf', 'x{1,2}', 'c/d.conf', 'c/.e.conf', 'f/d.conf']) {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), '')
}

describe('globPaths', () => {
  it.each([
    ['*.conf', ['a.conf', 'b.conf']],
    ['.*.conf', ['.hidden.conf']],
    ['?.conf', ['a.conf', 'b.conf']],
    ['[!a].conf', ['b.conf']],
    ['[a-b].conf', ['a.conf', 'b.conf']],
    ['*/d.conf', ['c/d.conf', 'f/d.conf']],
    ['c/*', ['c/d.conf']],
    ['c//d.conf', ['c/d.conf']],
    // Braces mean nothing to Python, and two stars are one.
    ['x{1,2}', ['x{1,2}']],
    ['{a,b}.conf', []],
    ['**.conf', ['a.conf', 'b.conf']],
    ['nope/*', []],
    ['', []],
  ])('%s', (pattern, expected) => {
    expect(globPaths(pattern, folder).sort()).toEqual(expected)
  })

  it('gives whole paths for a whole path', () => {
    expect(globPaths(join(folder, 'a.*'), '/')).toEqual([join(folder, 'a.conf')])
  })

  it('is soon over, whatever the pattern', () => {
    for (const piece of ['*', '*a', '[', '{a,b}', '?', '../', '[!', '*/']) {
      globPaths(piece.repeat(600), folder)
    }
    expect(matchesName('a'.repeat(255), `${'*a'.repeat(200)}b`)).toBe(false)
  })
})

describe('matchesName', () => {
  it('means by stars and marks what a regular expression does', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(texts, texts, (name, pattern) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesName(name, pattern)).toBe(new RegExp(`^${source}$`).test(name))
      }),
    )
  })
})
