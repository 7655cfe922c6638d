import { describe, expect, it } from 'vitest'
import { REGEX_DEADLINE, withinDeadline } from '../../../src/template/python/deadline.ts'
import { pythonRegex } from '../../../src/template/python/regex/regex.ts'

/** Patterns whose time grows with a power of the text, or doubles with each character, and the text that shows it. */
const HOSTILE: readonly (readonly [pattern: string, piece: string, count: number])[] = [
  ['(a|a)*$', 'a', 60],
  ['(?:a{1,20}){1,20}b', 'a', 200],
  [String.raw`(a*)\1*b`, 'a', 3000],
  ['a*a*a*a*b', 'a', 3000],
  ['(?=(a+)+b)', 'a', 60],
]
const METHODS = ['search', 'match', 'fullmatch', 'findall'] as const
const CALLS = [
  ...HOSTILE.map(([pattern, piece, count]) => ['search', pattern, piece, count] as const),
  ...METHODS.slice(1).map((method) => [method, '(a+)+$', 'a', 60] as const),
]

it.each(CALLS)(
  '%s of %s on a hostile text ends at its deadline with what to do',
  (method, pattern, piece, count) => {
    const start = process.threadCpuUsage()
    expect(() => pythonRegex(pattern)[method](`${piece.repeat(count)}!`)).toThrow(
      /took longer than 1 second on a text of \d+ characters; write it/,
    )
    const { user, system } = process.threadCpuUsage(start)
    expect((user + system) / 1000).toBeLessThan(REGEX_DEADLINE * 2)
  },
)

describe('withinDeadline', () => {
  it('gives what the work gives, its errors too, and may be used again after it ended something', () => {
    expect(withinDeadline(1000, () => [1])).toEqual({ result: [1] })
    expect(() => withinDeadline(1000, () => JSON.parse('{'))).toThrow(SyntaxError)
    expect(withinDeadline(20, () => /(a+)+$/.exec(`${'a'.repeat(60)}!`))).toBeUndefined()
    expect(withinDeadline(1000, () => null)).toEqual({ result: null })
  })
})
