import { describe, expect, it } from 'vitest'
import { fits, installWord, type NameFacts, parseName } from '../../../src/modules/packages/apt-names.ts'
import { artifactNeed } from '../../../src/modules/packages/dpkg-status.ts'
import { NOT_INSTALLED, type Package } from '../../../src/probes/package.ts'

describe('a package name', () => {
  it.each([
    ['curl', 'curl', null, null],
    ['curl=7.*', 'curl', '=', '7.*'],
    ['openssl>=3.0.11', 'openssl', '>=', '3.0.11'],
    ['g++', 'g++', null, null],
    ['libc6:amd64', 'libc6:amd64', null, null],
  ])('%s', (text, name, operator, version) => {
    expect(parseName(text)).toEqual({ text, name, operator, version })
  })

  it.each(['-y', '--allow-unauthenticated', 'a b', 'php*', 'a;id', 'a=$(id)', ''])('is not %j', (text) => {
    expect(() => parseName(text)).toThrow('names no package')
  })
})

describe('a version pattern', () => {
  it.each([
    ['1.*', '1.5', true],
    ['1.*', '21.5', false],
    ['1.?', '1.5', true],
    ['1.[0-4]', '1.5', false],
    ['1.[!0-4]', '1.5', true],
    ['1+b1', '1+b1', true],
    ['1+b1', '11b1', false],
  ])('%s fits %s: %s', (pattern, version, wanted) => {
    expect(fits(pattern, version)).toBe(wanted)
  })
})

const THERE: Package = { status: 'installed', version: '1.0', architecture: 'all' }
const GONE = NOT_INSTALLED
const facts = (text: string, installed: Package, more: Partial<NameFacts> = {}): NameFacts => ({
  spec: parseName(text),
  installed,
  policy: { candidate: '2.0', versions: ['2.0', '1.0'] },
  automatic: false,
  ...more,
})

describe('what apt-get is asked for', () => {
  it.each([
    ['present and there', facts('a', THERE), 'present', null],
    ['present and not there', facts('a', GONE), 'present', 'a'],
    ['present and not there, apt was not asked', facts('a', GONE, { policy: null }), 'present', 'a'],
    ['half-configured', facts('a', { ...THERE, status: 'half-configured' }), 'present', 'a'],
    ['latest', facts('a', THERE), 'latest', 'a=2.0'],
    ['latest and newest', facts('a', { ...THERE, version: '2.0' }), 'latest', null],
    ['a version', facts('a=1.0', GONE), 'present', 'a=1.0'],
    ['a pattern with a newer match', facts('a=*', THERE), 'present', 'a=2.0'],
    ['at least, and older there', facts('a>=1.5', THERE), 'present', 'a=2.0'],
    ['at least, and newer there', facts('a>=0.9', THERE), 'present', null],
  ] as const)('%s', (_, given, state, wanted) => {
    expect(installWord(given, state, false)).toBe(wanted)
  })

  it('nothing new with only_upgrade', () => {
    expect(installWord(facts('a', GONE), 'latest', true)).toBeNull()
  })

  it('nothing that nobody has', () => {
    expect(() =>
      installWord(facts('a', GONE, { policy: { candidate: null, versions: [] } }), 'present', false),
    ).toThrow("No package matching 'a' is available")
    expect(() => installWord(facts('a=3.0', THERE), 'present', false)).toThrow(
      'no available installation candidate for a=3.0',
    )
  })
})

describe('what a package file needs', () => {
  const info = { name: 'a', version: '1.0' }
  const EXACT = { allowDowngrade: false, pin: 'exact' } as const
  it.each([
    ['installed', '1.0', 'nothing'],
    ['half-configured', '1.0', 'configure'],
    ['unpacked', '1.0', 'configure'],
    ['half-installed', '1.0', 'install'],
    ['installed', '0.9', 'install'],
    ['installed', '1.0~rc1', 'install'],
    ['config-files', '1.0', 'install'],
    ['not-installed', null, 'install'],
  ] as const)('%s %s: %s', (status, version, wanted) => {
    expect(artifactNeed(info, { status, version, architecture: 'all' }, EXACT)).toBe(wanted)
  })

  it('is refused when it is older, unless asked for', () => {
    const newer = { ...THERE, version: '1:0.1' }
    expect(() => artifactNeed(info, newer, EXACT)).toThrow('A later version is already installed')
    expect(artifactNeed(info, newer, { ...EXACT, allowDowngrade: true })).toBe('install')
  })

  it.each([
    ['minimum', 'installed', '2.0', 'nothing'],
    ['minimum', 'half-configured', '2.0', 'configure'],
    ['minimum', 'half-installed', '2.0', 'install'],
    ['minimum', 'installed', '0.9', 'install'],
    ['none', 'installed', '0.9', 'nothing'],
    ['none', 'config-files', '0.9', 'install'],
  ] as const)('with pin %s, %s %s: %s', (pin, status, version, wanted) => {
    expect(artifactNeed(info, { status, version, architecture: 'all' }, { ...EXACT, pin })).toBe(wanted)
  })
})
