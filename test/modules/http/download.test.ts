import { describe, expect, test } from 'vitest'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import { maskedAddress, nameInAddress, nameOfAnswer } from '../../../src/modules/http/download.ts'
import { config } from '../../../src/modules/http/get-url-request.ts'
import { parseWantedSum, sumInList } from '../../../src/modules/http/sums.ts'
import { loadModule } from '../../../src/modules/registry.ts'
import { Secret } from '../../../src/values/secret.ts'
import type { Value } from '../../../src/values/value.ts'

const HEX = 'ab'.repeat(32)

describe('checksum', () => {
  test.each([
    [`sha256:${HEX}`, { algorithm: 'sha256', hex: HEX, list: null }],
    [`sha256: ${HEX.toUpperCase()}\u200b`, { algorithm: 'sha256', hex: HEX, list: null }],
    ['sha512:https://x/sums', { algorithm: 'sha512', hex: null, list: 'https://x/sums' }],
  ])('%s', (text, wanted) => expect(parseWantedSum(text)).toEqual(wanted))

  test.each([
    [HEX, 'The checksum parameter has to be in format <algorithm>:<checksum>'],
    ['sha256:hello', 'The checksum format is invalid'],
    ['crc:00', "muster knows no checksum named 'crc'"],
  ])('%s is none', (text, message) => expect(() => parseWantedSum(text)).toThrow(message))
})

describe('a list of checksums', () => {
  test.each([
    ['GNU', `00  other\n${HEX}  a.tgz\n`],
    ['GNU, binary', `${HEX} *a.tgz\n`],
    ['GNU, with a folder that is the current one', `${HEX}  ./a.tgz\r\n`],
    ['BSD', `SHA256 (other) = 00\nSHA256 (a.tgz) = ${HEX}\n`],
    ['the sum alone', `${HEX}\n`],
  ])('%s', (_, list) => expect(sumInList(list, 'a.tgz', 'https://x/sums')).toBe(HEX))

  test.each(['', `${HEX}  b.tgz\n`, `${HEX}  dir/a.tgz\n`, `00  a\n${HEX}\n`])('%j has none', (list) => {
    expect(() => sumInList(list, 'a.tgz', 'https://x/sums')).toThrow(
      "Unable to find a checksum for file 'a.tgz' in 'https://x/sums'",
    )
  })
})

describe('the name in a directory', () => {
  const named = (disposition: string | null, url = 'https://x/y/z.tgz?q=/w') =>
    nameOfAnswer({
      ...{ status: 200, url, redirected: false, body: Buffer.alloc(0), reason: 'OK' },
      headers: new Map(disposition === null ? [] : [['content_disposition', disposition]]),
    })

  test.each([
    ['attachment; filename="a b.tgz"', 'a b.tgz'],
    ['attachment; filename=a.tgz; size=1', 'a.tgz'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['attachment; filename=".."', 'z.tgz'],
    ['inline', 'z.tgz'],
  ])('%s', (disposition, name) => expect(named(disposition)).toBe(name))

  test('is the last part of the address, never a way out of the directory', () => {
    expect(named(null)).toBe('z.tgz')
    expect(nameInAddress('https://x')).toBe('index.html')
    expect(nameInAddress('https://x/y/')).toBe('index.html')
    expect(nameInAddress('https://x/..')).toBe('index.html')
  })
})

test('addresses are shown without what stands before the host', () => {
  expect(maskedAddress('https://me:pw@x/y@z')).toBe('https://****:****@x/y@z')
  expect(maskedAddress('https://me@x/y')).toBe('https://****@x/y')
  expect(maskedAddress('https://x/me:pw@y')).toBe('https://x/me:pw@y')
})

describe('the request', async () => {
  const module = await loadModule('get_url')
  const text = (args: Record<string, Value>, since?: number) => {
    const all = new Map(Object.entries({ url: 'https://x/y', dest: '/d', ...args }))
    return config(readParameters(module, all) as never, 'GET', since)
  }

  test('holds header and password, as a Secret', () => {
    const made = text({
      url_username: 'me',
      url_password: 'hunter22',
      headers: new Map([['X-T', new Secret('tok')]]),
    })
    expect(made).toBeInstanceOf(Secret)
    expect(String(made)).toBe('********')
    expect(made.revealText()).toContain('user = "me:hunter22"\n')
    expect(made.revealText()).toContain('header = "X-T: tok"\n')
    expect(made.revealText()).not.toContain('netrc')
  })

  test('says since when, what of proxies and packing, and what the task says counts', () => {
    const made = text({ use_proxy: false, headers: new Map([['accept-encoding', 'gzip']]) }, 0).revealText()
    expect(made).toContain('header = "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"\n')
    expect(made).toContain('noproxy = "*"\n')
    expect(made).toContain('compressed\n')
    expect(made).not.toContain('identity')
  })

  test('goes to http and https only', () => {
    expect(() => text({ url: 'ftp://me:pw@x/y' })).toThrow(
      'get_url takes addresses of http and https, not ftp://****:****@x/y',
    )
  })
})
