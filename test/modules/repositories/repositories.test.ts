import { describe, expect, test } from 'vitest'
import { deb822Text, slugOf } from '../../../src/modules/repositories/deb822.ts'
import {
  parseSourceLine,
  readSources,
  suggestedFile,
  wantedSource,
  writtenSources,
} from '../../../src/modules/repositories/one-line.ts'

describe('a line of sources', () => {
  test.each([
    ['deb  https://x   y main', { valid: true, enabled: true, source: 'deb https://x y main', comment: '' }],
    [
      '# deb-src https://x y # why',
      { valid: true, enabled: false, source: 'deb-src https://x y', comment: 'why' },
    ],
    ['# words', { valid: false, enabled: false, source: 'words', comment: '' }],
    ['', { valid: false, enabled: true, source: '', comment: '' }],
  ])('%j', (line, wanted) => expect(parseSourceLine(line)).toEqual(wanted))

  test('is written in one way', () => {
    expect(writtenSources(readSources('#deb   x y\n\n  deb a  b#c'))).toBe('# deb x y\n\ndeb a b # c\n')
  })

  test.each([
    ['deb [arch=amd64] https://me:pw@apt.example.com/debian stable main', 'apt_example_com_debian.list'],
    ['deb-src http://x y', 'x.list'],
  ])('%s has the file %s', (source, file) => expect(suggestedFile(source)).toBe(file))

  test.each([
    ['', 'non-empty value'],
    ['ppa:me/x', 'muster takes no ppa: names'],
    ['# deb x y', 'Invalid repository string'],
    ['https://x y', 'Invalid repository string'],
  ])('%j is none', (repo, message) => expect(() => wantedSource(repo)).toThrow(message))
})

test('fields stand in the order of their parameters, and no value ends a repository', () => {
  expect(
    deb822Text({
      uris: ['a', 'b'],
      name: 'x',
      by_hash: false,
      signed_by: 'one\n\n two\n',
      trusted: undefined,
    }),
  ).toBe('By-Hash: no\nX-Repolib-Name: x\nSigned-By:\n    one\n    .\n    two\nURIs: a b\n')
})

test.each([
  ['My Agent_x!', 'my-agent-x'],
  ['../../etc/passwd', 'etcpasswd'],
])('%s is called %s', (name, slug) => expect(slugOf(name)).toBe(slug))
