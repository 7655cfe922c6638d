import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KnownHosts } from '../../../src/connection/known-hosts/known-hosts.ts'
import { makeKey } from '../../faults/sshd.ts'

let folder: string
/** `type blob` of three keys. */
let keys: string[]
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-known-hosts-'))
  keys = ['a', 'b', 'c'].map((name) => {
    makeKey(join(folder, name))
    return readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const blob = (key: number) => Buffer.from((keys[key] as string).split(' ')[1] as string, 'base64')

/** A file of lines in which `@a`, `@b` and `@c` at the end stand for keys. */
function write(name: string, ...lines: string[]): string {
  const file = join(folder, name)
  const text = lines.map((line) =>
    line.replace(/@([abc])(?=\r?$)/, (_, key: string) => keys['abc'.indexOf(key)] as string),
  )
  writeFileSync(file, `${text.join('\n')}\n`)
  return file
}

async function check(lines: string[], host: string, port = 22, key = 0): Promise<string> {
  return (await KnownHosts.load([write('file', ...lines)])).check(host, port, blob(key)).kind
}

describe('known hosts', () => {
  test.each([
    ['a name', ['web1 @a'], 'web1', 22, 'trusted'],
    ['a name in other letters', ['WEB1 @a'], 'Web1', 22, 'trusted'],
    ['one of several names', ['web1,10.0.0.1 @a'], '10.0.0.1', 22, 'trusted'],
    ['another name', ['web1 @a'], 'web10', 22, 'unknown'],
    ['the name as a dot would match it', ['web.1 @a'], 'webx1', 22, 'unknown'],
    ['another key', ['web1 @b'], 'web1', 22, 'changed'],
    ['one of two keys', ['web1 @b', 'web1 @a'], 'web1', 22, 'trusted'],
    ['a port', ['[web1]:2222 @a'], 'web1', 2222, 'trusted'],
    ['another port', ['[web1]:2222 @a'], 'web1', 2223, 'unknown'],
    ['the name alone for another port', ['web1 @a'], 'web1', 2222, 'trusted'],
    ['another key of the name alone for another port', ['web1 @b'], 'web1', 2222, 'unknown'],
    [
      'the port with another key and the name alone with this one',
      ['[web1]:2222 @b', 'web1 @a'],
      'web1',
      2222,
      'changed',
    ],
    ['wildcards', ['web?.example.* @a'], 'web1.example.com', 22, 'trusted'],
    ['wildcards with a port', ['[*.example.com]:2222 @a'], 'x.example.com', 2222, 'trusted'],
    ['wildcards and an exception', ['*.example.com,!bad.example.com @a'], 'bad.example.com', 22, 'unknown'],
    [
      'an exception before the wildcards',
      ['!bad.example.com,*.example.com @a'],
      'good.example.com',
      22,
      'trusted',
    ],
    ['an exception alone', ['!bad.example.com @a'], 'good.example.com', 22, 'unknown'],
    ['a revoked key', ['web1 @a', '@revoked * @a'], 'web1', 22, 'revoked'],
    ['a revoked key of the name alone', ['[web1]:2222 @a', '@revoked web1 @a'], 'web1', 2222, 'revoked'],
    ['another key revoked', ['web1 @a', '@revoked * @b'], 'web1', 22, 'trusted'],
    ['a key revoked elsewhere', ['web1 @a', '@revoked web2 @a'], 'web1', 22, 'trusted'],
    ['a certificate authority', ['@cert-authority * @a'], 'web1', 22, 'unknown'],
    ['comments, blanks and tabs', ['# web1 @a', '', ' \t web1\t@a'], 'web1', 22, 'trusted'],
    ['a line end of Windows', ['web1 @a\r'], 'web1', 22, 'trusted'],
  ])('%s', async (_, lines, host, port, expected) => {
    expect(await check(lines, host, port)).toBe(expected)
  })

  test('an address of IPv6', async () => {
    expect(await check(['2001:db8::1 @a'], '2001:db8::1')).toBe('trusted')
    expect(await check(['[2001:db8::1]:2222 @a'], '2001:DB8::1', 2222)).toBe('trusted')
  })

  test('lines that cannot be honoured are told with their place and reason, and the others hold', async () => {
    const file = write(
      'broken',
      '@cert-authority * @a',
      '@strange web1 @a',
      '|1|broken web1 @a',
      'web1 ssh-rsa AAAA',
      'web1',
      'web1 @a',
    )
    const known = await KnownHosts.load([file])
    expect(known.authorityOf('web1', 22)).toMatchObject({ line: 1 })
    expect(known.ignored.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'unknown marker @strange'],
      [3, expect.stringContaining('broken')],
      [4, expect.stringContaining('no key')],
      [5, expect.stringContaining('no key')],
    ])
    expect(known.check('web1', 22, blob(0))).toEqual({ kind: 'trusted' })
  })

  test('several files count, missing ones too', async () => {
    const files = [write('one', 'web1 @a'), join(folder, 'missing'), write('two', 'web2 @b')]
    const known = await KnownHosts.load(files)
    expect(known.check('web1', 22, blob(0)).kind).toBe('trusted')
    expect(known.check('web2', 22, blob(0))).toMatchObject({
      kind: 'changed',
      known: [{ file: files[2], line: 1 }],
    })
    expect(known.typesOf('web2', 22)).toEqual(['ssh-ed25519'])
    expect(known.typesOf('web3', 22)).toEqual([])
  })

  test('names that ssh-keygen -H hashed are found, and others are not', async () => {
    const file = write('hashed', 'web1 @a', '[web2]:2222 @b', '10.0.0.1 @c')
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).not.toContain('web1')
    const known = await KnownHosts.load([file])
    expect(known.ignored).toEqual([])
    expect(known.check('web1', 22, blob(0)).kind).toBe('trusted')
    expect(known.check('web2', 2222, blob(1)).kind).toBe('trusted')
    expect(known.check('10.0.0.1', 22, blob(2)).kind).toBe('trusted')
    expect(known.check('web1', 22, blob(1)).kind).toBe('changed')
    expect(known.check('web2', 22, blob(1)).kind).toBe('unknown')
  })

  test('finds what ssh-keygen -F finds', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 3 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1, maxLength: 3 })
    const word = fc.tuple(fc.constantFrom('', '', '!'), pattern).map(([not, text]) => not + text)
    const list = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(','))
    await fc.assert(
      fc.asyncProperty(list, name, async (patterns, host) => {
        const file = write('oracle', `${patterns} @a`)
        const found = spawnSync('ssh-keygen', ['-F', host, '-f', file]).status === 0
        const known = await KnownHosts.load([file])
        expect(known.check(host, 22, blob(0)).kind).toBe(found ? 'trusted' : 'unknown')
      }),
      { numRuns: 60 },
    )
  })

  test('a new key is written at the end of the file, once, and ssh-keygen finds it there', async () => {
    const file = join(folder, 'fresh', 'known_hosts')
    const known = await KnownHosts.load([file])
    await Promise.all([
      known.accept('Web1', 2222, blob(0), file),
      known.accept('web1', 2222, blob(0), file),
      known.accept('web2', 22, blob(1), file),
    ])
    expect(readFileSync(file, 'utf8')).toBe(`[web1]:2222 ${keys[0]}\nweb2 ${keys[1]}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'fresh')).mode & 0o777).toBe(0o700)
    expect(known.check('web1', 2222, blob(0)).kind).toBe('trusted')
    expect(spawnSync('ssh-keygen', ['-F', '[web1]:2222', '-f', file]).status).toBe(0)
  })

  test('a last line without an end is not spoilt', async () => {
    const file = join(folder, 'unended')
    writeFileSync(file, `web1 ${keys[0]}`)
    const known = await KnownHosts.load([file])
    await known.accept('web2', 22, blob(1), file)
    expect(readFileSync(file, 'utf8')).toBe(`web1 ${keys[0]}\nweb2 ${keys[1]}\n`)
  })
})
