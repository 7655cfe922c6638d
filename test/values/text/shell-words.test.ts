import { describe, expect, it } from 'vitest'
import { shellWords } from '../../../src/values/text/shell-words.ts'

describe('a command line', () => {
  it.each([
    ['ls -l', ['ls', '-l']],
    ['  a \t b\n', ['a', 'b']],
    ['echo \'a b\' "c d"', ['echo', 'a b', 'c d']],
    [`a'b'"c"d`, ['abcd']],
    ['a\\ b', ['a b']],
    ['"a\\"b\\\\c\\d"', ['a"b\\c\\d']],
    ["'a\\b'", ['a\\b']],
    ['\'\' ""', ['', '']],
    ['a#b # c', ['a#b', '#', 'c']],
    ['$HOME *', ['$HOME', '*']],
    ['', []],
  ])('%j is %j', (line, words) => {
    expect(shellWords(line).map(({ text }) => text)).toEqual(words)
  })

  it.each([
    ["echo 'a", 'No closing quotation'],
    ['echo "a', 'No closing quotation'],
    ['echo a\\', 'No escaped character'],
    ['echo "a\\', 'No escaped character'],
  ])('%j is refused: %s', (line, message) => {
    expect(() => shellWords(line)).toThrow(message)
  })

  it('may end in a comment, and tells where its words begin', () => {
    expect(shellWords(' a "b c#" d=red#blue', true)).toEqual([
      { text: 'a', at: 1 },
      { text: 'b c#', at: 3 },
      { text: 'd=red', at: 10 },
    ])
  })
})
