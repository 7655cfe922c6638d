import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memberName, membersFunction } from '../../../src/modules/archives/members.ts'
import { lines, sh } from '../../../src/shell/sh.ts'
import { describeShells } from '../../connection/shells.ts'

describe('a name in a list', () => {
  it.each([
    ['app/conf', 'app/conf'],
    ['app/', 'app/'],
    ['/etc/x', 'etc/x'],
    ['/', ''],
    ['a\\nb', 'a\nb'],
    ['a\\\\nb', 'a\\nb'],
    ['\\303\\274', 'ü'],
    ['tab\\there\\001\\177', 'tab\there\x01\x7f'],
    ['q\'"$(id)`id`', 'q\'"$(id)`id`'],
    ['end\\', 'end\\'],
    ['\\q', '\\q'],
  ])('%j is %j', (listed, name) => {
    expect(memberName(listed)).toBe(name)
  })
})

const SPECIAL = new Map(
  Object.entries({ 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 92: '\\' }).map(
    ([byte, letter]) => [Number(byte), letter],
  ),
)

/** As GNU tar lists a name in the C locale (its quoting style `escape`). */
function listed(name: Uint8Array): string {
  return [...name]
    .map((byte) => {
      const letter = SPECIAL.get(byte)
      if (letter !== undefined) return `\\${letter}`
      return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte)
    })
    .join('')
}

describeShells('the paths of members', (words) => {
  let home: string
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'muster-members-')))
    mkdirSync(join(home, 'dest/d'), { recursive: true })
    mkdirSync(join(home, 'other'))
    mkdirSync(join(home, 'work'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  function paths(names: readonly string[], list: 'all' | 'files' = 'all'): Buffer[] {
    writeFileSync(join(home, 'work/names'), names.map((name) => `${name}\n`).join(''))
    const script = lines([
      membersFunction,
      sh`export LC_ALL=C; m_fail() { printf '%s: %s\n' "$1" "$2" >&2; exit 3; }
m_tmp=${join(home, 'work')}; cd ${join(home, 'dest')} && m_members`,
    ])
    execFileSync(words[0]!, [...words.slice(1), '-c', script.reveal()], { stdio: 'pipe' })
    const bytes = readFileSync(join(home, 'work', list))
    const found: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(0, at)
      found.push(bytes.subarray(at, end))
      at = end + 1
    }
    return found
  }
  const texts = (names: readonly string[], list?: 'all' | 'files') =>
    paths(names, list).map((path) => path.toString('utf8'))

  it('lose slashes at their ends; nothing left is dest itself; first directories are among them', () => {
    expect(texts(['d/', '/d//', './', '/', 'd/x', 'd/y'])).toEqual(['d', 'd', '.', '.', 'd/x', 'd', 'd/y'])
  })

  it('are what the archive says, byte by byte', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
        expect(paths(names.map(listed))).toEqual(names.map((bytes) => Buffer.from(bytes)))
      }),
      { numRuns: 15 },
    )
  })

  it('leave links out where they are followed', () => {
    symlinkSync('d', join(home, 'dest/l'))
    expect(texts(['d/', 'l', 'x'], 'files')).toEqual(['d', 'x'])
  })

  it('are refused when a link on the way leads out of dest', () => {
    symlinkSync('d', join(home, 'dest/inside'))
    symlinkSync('../other', join(home, 'dest/outside'))
    expect(texts(['inside/x'])).toEqual(['inside/x', 'inside'])
    expect(() => paths(['outside/x'])).toThrow('outside: outside/x')
    expect(() => paths(['d/../../other/x'])).toThrow('outside: d/../../other/x')
    // What is not unpacked yet is no way out.
    expect(() => paths(['missing/deeper/x'])).not.toThrow()
  })
})
