import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockChecksum, withChecksum } from '../../src/artifacts/lock.ts'
import { parseArtifacts } from '../../src/artifacts/read.ts'
import { sha256, workFolder } from './lab.ts'

const SUM = 'c'.repeat(64)

/** Locks the first file of a text. */
function locked(text: string): string {
  const [first] = parseArtifacts(text, 'artifacts.yaml').artifacts
  return withChecksum(text, 'artifacts.yaml', first!, SUM)
}

describe('locking a checksum', () => {
  const path = join(import.meta.dirname, '..', '..', 'artifacts.yaml')
  const shipped = readFileSync(path, 'utf8')

  test('adds a line for every file of the shipped artifacts.yaml and changes no other byte', () => {
    let text = shipped
    const unlocked = parseArtifacts(shipped, path).artifacts.filter((each) => each.sha256 === undefined)
    expect(unlocked.length).toBeGreaterThan(30)
    for (const artifact of unlocked) text = withChecksum(text, path, artifact, sha256(artifact.url))
    const added = new Set(unlocked.map(({ url }) => `      sha256: ${sha256(url)}`))
    expect(
      text
        .split('\n')
        .filter((line) => !added.has(line))
        .join('\n'),
    ).toBe(shipped)
    for (const artifact of parseArtifacts(text, path).artifacts)
      expect(artifact.sha256).toBe(sha256(artifact.url))
  })

  test.each([
    [
      'a block, url first',
      'a: # the a\n  version: 1\n  files:\n    - url: https://example.com/a.deb # from there\n      for: linux/amd64\n\n# end\n',
      `a: # the a\n  version: 1\n  files:\n    - url: https://example.com/a.deb # from there\n      sha256: ${SUM}\n      for: linux/amd64\n\n# end\n`,
    ],
    [
      'braces',
      'a: {version: 1, files: [{for: linux/amd64, "url": "https://example.com/a.deb"}]} # x\n',
      `a: {version: 1, files: [{for: linux/amd64, sha256: ${SUM}, "url": "https://example.com/a.deb"}]} # x\n`,
    ],
    [
      'braces over lines',
      'a:\n  version: 1\n  files:\n    - { for: linux/amd64,\n        url: https://example.com/a.deb }\n',
      `a:\n  version: 1\n  files:\n    - { for: linux/amd64,\n        sha256: ${SUM}, url: https://example.com/a.deb }\n`,
    ],
    [
      'line ends of Windows',
      'a:\r\n  version: 1\r\n  files:\r\n    - for: linux/amd64\r\n      url: https://example.com/a.deb\r\n',
      `a:\r\n  version: 1\r\n  files:\r\n    - for: linux/amd64\r\n      url: https://example.com/a.deb\r\n      sha256: ${SUM}\r\n`,
    ],
    [
      'no line end',
      'a:\n  version: 1\n  files:\n  - for: linux/amd64\n    url: https://example.com/a.deb',
      `a:\n  version: 1\n  files:\n  - for: linux/amd64\n    url: https://example.com/a.deb\n    sha256: ${SUM}`,
    ],
  ])('edits %s', (_, before, after) => {
    expect(locked(before)).toBe(after)
    expect(locked(after)).toBe(after)
  })

  test('leaves alone what it cannot edit, and says what to write', () => {
    const named = 'a: {version: 1, files: [{for: linux/amd64, url: &a https://example.com/a.deb}]}'
    const folded =
      'a:\n  version: 1\n  files:\n    - for: linux/amd64\n      url:\n        https://example.com/a.deb\n'
    expect(() => locked(folded)).toThrow(/written in a way that muster cannot edit/)
    expect(() => locked(named)).toThrow(/cannot edit/)
  })

  test('refuses when the entry was changed meanwhile', () => {
    const text =
      'a:\n  version: 1\n  files:\n    - for: linux/amd64\n      url: https://example.com/{version}/a.deb\n'
    const [artifact] = parseArtifacts(text, 'artifacts.yaml').artifacts
    const edit = (now: string) => () => withChecksum(now, 'artifacts.yaml', artifact!, SUM)
    expect(edit(text.replace('version: 1', 'version: 2'))).toThrow(/was changed meanwhile/)
    expect(edit(`${text}      sha256: ${'d'.repeat(64)}\n`)).toThrow(/has another sha256 now/)
  })

  test('replaces the file at once: its mode and a link to it stay, no part is left', async () => {
    const folder = workFolder()
    const real = join(folder, 'real.yaml')
    const link = join(folder, 'artifacts.yaml')
    const text = 'a:\n  version: 1\n  files:\n    - for: linux/amd64\n      url: https://example.com/a.deb\n'
    writeFileSync(real, text)
    chmodSync(real, 0o640)
    symlinkSync('real.yaml', link)
    const [artifact] = parseArtifacts(text, link).artifacts
    await lockChecksum(link, artifact!, SUM)
    expect(readFileSync(real, 'utf8')).toBe(`${text}      sha256: ${SUM}\n`)
    expect(statSync(real).mode & 0o777).toBe(0o640)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['artifacts.yaml', 'real.yaml'])
  })
})
