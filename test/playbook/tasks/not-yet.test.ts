import { describe, expect, it } from 'vitest'
import { knownNames } from '../../../src/modules/registry.ts'
import { KEYWORDS } from '../../../src/playbook/keywords.ts'
import {
  insteadOfKeyword,
  insteadOfModule,
  keywordsNotYet,
  modulesNotYet,
} from '../../../src/playbook/tasks/not-yet.ts'

describe('what muster has not yet', () => {
  it('does not name what it has', () => {
    expect(modulesNotYet().filter((name) => knownNames().includes(name))).toEqual([])
    expect(keywordsNotYet().filter((name) => Object.hasOwn(KEYWORDS, name))).toEqual([])
  })

  it('says what to use instead', () => {
    expect(insteadOfKeyword('debugger')).toContain('use -v')
    expect(insteadOfKeyword('ignore_errors')).toBeUndefined()
    expect(insteadOfKeyword('toString')).toBeUndefined()
    expect(insteadOfModule('include')).toBe('this is the old name of `include_tasks`')
    expect(insteadOfModule('nosuch')).toBeUndefined()
    expect(insteadOfModule('constructor')).toBeUndefined()
  })
})
