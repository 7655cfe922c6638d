import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  applyMode,
  chmodWord,
  formatMode,
  parseMode,
} from '../../../../src/modules/files/attributes/modes.ts'

const octal = (text: string) => Number.parseInt(text, 8)

describe('symbolic modes', () => {
  it.each([
    ['u=rw+x,g=u-w,o-rwx', '0646', false, '0750'],
    ['u=rwX,g=rX,o=', '0755', false, '0750'],
    ['u=rwX,g=rX,o=', '0644', false, '0640'],
    ['a+X', '0644', true, '0755'],
    ['a+X', '0644', false, '0644'],
    ['+x', '0600', false, '0711'],
    ['g+s,o+t', '0755', true, '03755'],
    ['u=', '4755', false, '0055'],
    ['o=g', '0640', false, '0644'],
    ['a-w', '0666', false, '0444'],
  ])('%s on %s (directory: %s) is %s', (text, base, directory, wanted) => {
    expect(formatMode(applyMode(parseMode(text), { mode: octal(base), directory, umask: 0o022 }))).toBe(
      wanted,
    )
  })

  it.each(['', 'rw', 'u=rwz', '8', '99999', 'u', 'u=r w', 'x=r'])('refuses %j', (text) => {
    expect(() => parseMode(text)).toThrow('mode must be in octal or symbolic form')
  })
})

describe('octal modes', () => {
  it.each([
    ['644', '0644'],
    ['0644', '0644'],
    ['4755', '04755'],
    ['0', '0000'],
  ])('%s', (text, wanted) => {
    expect(formatMode(applyMode(parseMode(text), { mode: 0o7777, directory: true, umask: 0 }))).toBe(wanted)
  })

  it('go to chmod with five digits, so that a directory loses its setgid bit', () => {
    expect(chmodWord(0o775)).toBe('00775')
  })
})

describe('against chmod itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-modes-'))
  const file = join(folder, 'f')
  afterAll(() => rmSync(folder, { recursive: true }))

  // Without copies of other classes' bits after an X in the same clause, where shells' tools differ among themselves.
  const clause = fc
    .tuple(
      fc.constantFrom('u', 'g', 'o', 'a', 'ug', 'go'),
      fc.array(
        fc.tuple(fc.constantFrom('+', '-', '='), fc.constantFrom('', 'r', 'w', 'x', 'rw', 'rx', 'rwx', 'X')),
        {
          minLength: 1,
          maxLength: 2,
        },
      ),
    )
    .map(([users, changes]) => users + changes.map(([operator, letters]) => operator + letters).join(''))

  it('the same bits come out', () => {
    writeFileSync(file, '')
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0o777 }),
        fc.array(clause, { minLength: 1, maxLength: 3 }),
        (base, clauses) => {
          const text = clauses.join(',')
          chmodSync(file, base)
          const done = spawnSync('chmod', ['--', text, file])
          expect(done.status).toBe(0)
          const wanted = statSync(file).mode & 0o7777
          expect(formatMode(applyMode(parseMode(text), { mode: base, directory: false, umask: 0o022 }))).toBe(
            formatMode(wanted),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})
