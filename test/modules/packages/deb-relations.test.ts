import { describe, expect, it } from 'vitest'
import {
  type Companion,
  isSettled,
  readRelations,
  relatedNames,
} from '../../../src/modules/packages/deb-relations.ts'
import { NOT_INSTALLED, type Package } from '../../../src/probes/package.ts'

const installed = (version: string, architecture = 'amd64', status = 'installed'): Package => ({
  status,
  version,
  architecture,
})

const HOST = new Map<string, Package>([
  ['dpkg', installed('1.21.22')],
  ['libc6', installed('2.36-9+deb12u9')],
  ['adduser', installed('3.134', 'all')],
  ['libold', installed('1.0', 'i386')],
  ['half', installed('1.0', 'amd64', 'half-configured')],
  ['was-here', installed('1.0', 'amd64', 'config-files')],
])

function file(depends: string, against = '', architecture = 'amd64'): Companion {
  const relations = readRelations({ architecture, needs: ['', depends], against: [against] })
  return { name: 'casepkg', version: '1.0', relations }
}

const settled = (...files: Companion[]) => isSettled(files, (name) => HOST.get(name) ?? NOT_INSTALLED)

describe('dpkg alone installs a file', () => {
  it.each([
    ['that needs nothing', ''],
    ['whose needs are there', 'libc6 (>= 2.34), adduser'],
    ['one of whose alternatives is there', 'nobody | adduser (>> 3)'],
    ['that takes any architecture', 'libc6:any'],
    ['with a need over two lines', 'libc6,\n adduser'],
  ])('%s', (_, depends) => {
    expect(settled(file(depends))).toBe(true)
  })

  it('that excludes what is not there, or nothing but itself', () => {
    expect(settled(file('', 'foreign (<< 2), was-here, casepkg'))).toBe(true)
  })

  it('together with what it needs', () => {
    const other = { ...file(''), name: 'casedep', version: '2.0' }
    expect(settled(file('casedep (>= 2)'), other)).toBe(true)
    expect(settled(file('casedep (>= 3)'), other)).toBe(false)
  })
})

describe('apt is asked about a file', () => {
  it.each([
    ['whose need is not there', 'casedep'],
    ['whose need is too old', 'libc6 (>= 2.37)'],
    ['whose need is too new', 'libc6 (<< 2)'],
    ['whose need is of another architecture', 'libold'],
    ['that names an architecture', 'libc6:i386'],
    ['whose need is not configured', 'half'],
    ['whose need left its configuration only', 'was-here'],
    ['whose needs make no sense', 'libc6 (2.36)'],
    ['with more needs than anybody has', Array.from({ length: 400 }, () => 'libc6').join(', ')],
  ])('%s', (_, depends) => {
    expect(settled(file(depends))).toBe(false)
  })

  it('that excludes what is there, or is of another architecture, or tells nothing', () => {
    expect(settled(file('', 'adduser (<< 1)'))).toBe(false)
    expect(settled(file('', 'one | two'))).toBe(false)
    expect(settled(file('', '', 'arm64'))).toBe(false)
    expect(settled({ name: 'casepkg', version: '1.0', relations: null })).toBe(false)
  })
})

it('asks about every package that is named, and about the architecture', () => {
  const { relations } = file('libc6 (>= 2.34), one | two', 'three (<< 2)')
  expect(relatedNames(relations!)).toEqual(['dpkg', 'libc6', 'one', 'two', 'three'])
})
