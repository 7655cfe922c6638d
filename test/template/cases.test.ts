import { describe, expect, test, vi } from 'vitest'
import { NOT_YET } from '../cases-not-yet/templates.ts'
import { ON_PURPOSE } from '../cases-on-purpose/templates.ts'
import { differences, recordedCases } from './recorded.ts'

// Ansible's recorded answers: each case as a value of a playbook, as a template file, and some as a condition. A case
// that muster answers otherwise stands by name in one of the lists, and must in fact be answered otherwise.
vi.stubEnv('TZ', 'UTC')
vi.stubEnv('HOME', '/home/muster')
vi.stubEnv('MUSTER_CASE', 'from the environment')

const cases = recordedCases()
const excepted = new Map([...Object.entries(NOT_YET), ...Object.entries(ON_PURPOSE)])

describe.each([...new Set(cases.map(({ file }) => file))])('%s', (file) => {
  const own = cases.filter((recorded) => recorded.file === file)
  test.each(
    own.filter(({ name }) => !excepted.has(name)).map((recorded) => [recorded.name, recorded] as const),
  )('%s', (_name, recorded) => {
    expect(differences(recorded)).toEqual([])
  })
})

describe('listed as different', () => {
  test.each([...excepted.keys()])('%s', (name) => {
    const recorded = cases.find((each) => each.name === name)
    expect(recorded, 'no case of that name').toBeDefined()
    expect(differences(recorded!)).not.toEqual([])
    expect(differences(recorded!).join('\n')).not.toContain('defect')
  })
})

test('daily and real templates all agree', () => {
  const missing = [...excepted.keys()].filter((name) => /^(daily|real): /.test(name))
  expect(missing).toEqual([])
})
