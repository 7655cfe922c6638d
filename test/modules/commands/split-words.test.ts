import { describe, expect, it } from 'vitest'
import { splitWords } from '../../../src/modules/commands/split-words.ts'

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
    expect(splitWords(line)).toEqual(words)
  })

  it.each([
    ["echo 'a", 'No closing quotation'],
    ['echo "a', 'No closing quotation'],
    ['echo a\\', 'No escaped character'],
  ])('%j is refused: %s', (line, message) => {
    expect(() => splitWords(line)).toThrow(message)
  })
})
