import { describe, expect, it } from 'vitest'
import { isAt, readTarget, sameRepository } from '../../../src/modules/source-control/git-remote.ts'

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string]

describe('what a version means', () => {
  it.each([
    [`ref: refs/heads/main\tHEAD\n${A}\tHEAD\n`, 'HEAD', { kind: 'branch', name: 'main', commit: A }],
    // An old git tells no more, and a detached HEAD is no branch.
    [`${A}\tHEAD\n`, 'HEAD', { kind: 'commit', commit: A }],
    [`${A}\trefs/heads/v1\n${B}\trefs/tags/v1\n`, 'v1', { kind: 'branch', name: 'v1', commit: A }],
    [`${A}\trefs/tags/v1\n${B}\trefs/tags/v1^{}\n`, 'v1', { kind: 'tag', name: 'v1', commit: B }],
    [`${A}\trefs/tags/v1\n`, 'v1', { kind: 'tag', name: 'v1', commit: A }],
    ['', 'abc123', { kind: 'commit', commit: 'abc123' }],
    [`${C}\trefs/remotes/x/refs/heads/abc123\n`, 'abc123', { kind: 'commit', commit: 'abc123' }],
  ])('%j, %s', (printed, version, target) => {
    expect(readTarget(printed, version)).toEqual(target)
  })

  it('is an error for what is not there', () => {
    expect(() => readTarget('', 'nosuch')).toThrow("no branch or tag 'nosuch'")
    expect(() => readTarget('', 'HEAD')).toThrow('it is empty')
  })

  it('is compared with a checkout by as much as the task names', () => {
    expect(isAt(A, { kind: 'commit', commit: 'aaaa' })).toBe(true)
    expect(isAt('', { kind: 'commit', commit: 'aaaa' })).toBe(false)
    expect(sameRepository('file:///srv/x.git/', '/srv/x')).toBe(true)
    expect(sameRepository('https://a/x', 'https://b/x')).toBe(false)
  })
})
