import { describe, expect, it } from 'vitest'
import { fits } from '../../../src/modules/python/pep440.ts'
import {
  isInstalled,
  joinNames,
  readInstalled,
  readRequirement,
} from '../../../src/modules/python/requirement.ts'

describe('the version of a package', () => {
  it.each([
    ['1.0', '==1', true],
    ['1.0.0', '==1.0', true],
    ['1.0rc1', '<1.0', false],
    ['1.0rc1', '<=1.0', true],
    ['1.0.dev3', '<1.0a1', true],
    ['1.0.post1', '>1.0', false],
    ['1.0.post1', '>=1.0', true],
    ['1.0+local', '==1.0', true],
    ['1.0', '==1.0+local', false],
    ['1.10', '>1.9', true],
    ['1!1.0', '>2.0', true],
    ['1.2.3', '==1.2.*', true],
    ['1.20', '==1.2.*', false],
    ['1.2', '!=1.2.*', false],
    ['2.2.5', '~=2.2', true],
    ['3.0', '~=2.2', false],
    ['2.2.5', '~=2.2.6', false],
    ['1.5', '>=1.2, <2', true],
    ['2.0', '>=1.2, <2', false],
    ['weird', '===weird', true],
    ['weird', '>=1', undefined],
    ['1.0', 'about 1', undefined],
  ])('%s fits %s: %s', (version, conditions, wanted) => {
    expect(fits(version, conditions)).toBe(wanted)
  })
})

describe('what pip shall install', () => {
  const have = readInstalled('Foo_Bar==1.2\nWARNING: x\n-e git+https://x#egg=y\n')

  it.each([
    ['foo-bar', true],
    ['foo.bar[extra]>=1', true],
    ['foo-bar>=2', false],
    ['new', false],
    ['git+https://x/y', undefined],
    ['foo-bar; python_version<"3"', undefined],
    ['./foo-bar', undefined],
  ])('%s is there: %s', (text, wanted) => {
    expect(isInstalled(readRequirement(text), have)).toBe(wanted)
  })

  it('is put together again where a comma of its conditions parted it', () => {
    expect(joinNames(['a>=1', '<2', 'b', ' ==3'])).toEqual(['a>=1,<2', 'b,==3'])
  })
})
