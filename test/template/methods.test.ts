import { describe, expect, test } from 'vitest'
import { engineOver, failure, template } from './support.ts'

// Beside the recorded cases: what Python's documentation says of the rarer methods and formats.
const evaluate = (expression: string) => engineOver().expression(expression)

describe('methods of text', () => {
  test.each<[string, unknown]>([
    ["'a  b c'.split(none, 1)", ['a', 'b c']],
    ["' a b  c '.rsplit(none, 1)", [' a b', 'c']],
    ["'a,b,c'.rsplit(',')", ['a', 'b', 'c']],
    ["'abc'.partition('x')", ['abc', '', '']],
    ["'a\\r\\nb\\n'.splitlines(true)", ['a\r\n', 'b\n']],
    ["'abcabc'.rfind('b')", 4],
    ["'abcabc'.find('b', 2)", 4],
    ["'abcabc'.count('bc')", 2],
    ["'abc'.replace('', '-')", '-a-b-c-'],
    ["'abc'.replace('', '-', 2)", '-a-bc'],
    ["'-5'.zfill(4)", '-005'],
    ["'ab'.center(5, '*')", '**ab*'],
    ["'a'.center(4, '*')", '*a**'],
    ["'ab'.ljust(4, '.')", 'ab..'],
    ["'ab'.rjust(4)", '  ab'],
    ["'x.tar.gz'.removesuffix('.gz')", 'x.tar'],
    ["'Hello World'.istitle()", true],
    ["'😀b'[0]", '😀'],
    ["'😀b'.find('b')", 1],
    ["'a1'.isalnum() and '²'.isdigit() and not '²'.isdecimal()", true],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected)
  })

  test.each([
    ["'abc'.index('x')", 'substring not found'],
    ["'abc'.split('')", 'empty separator'],
    ["'abc'.upper(1)", 'takes at most 0 arguments'],
    ["','.join([1])", 'sequence item 0: expected str instance'],
    ["'abc'.startswith(1)", 'must be str, not int'],
  ])('%s fails', (expression, message) => {
    expect(failure(() => evaluate(expression)).message).toContain(message)
  })
})

describe('formats', () => {
  test.each([
    ["'{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c')", '    a|b    |  c  '],
    ["'{:05d} {:+d} {:,}'.format(42, 7, 1234567)", '00042 +7 1,234,567'],
    ["'{:#x} {:b} {:o} {:X}'.format(255, 5, 8, 255)", '0xff 101 10 FF'],
    ["'{:.1%} {:e} {:g}'.format(0.256, 12345.678, 0.0001)", '25.6% 1.234568e+04 0.0001'],
    ["'{0.k} {0[k]} {1[0]}'.format({'k': 1}, [2])", '1 1 2'],
    ["'{!r} {{}} {:{}}'.format('a', 'b', 3)", "'a' {} b  "],
    ["'{n:*>{w}}'.format(n='x', w=3)", '**x'],
    ["'{} {}'.format(none, true)", 'None True'],
    ["'%5.1f|%-4s|%04d|%x|%%' % (3.14159, 'a', 7, 255)", '  3.1|a   |0007|ff|%'],
    ["'%(a)s-%(b)03d' % {'a': 'x', 'b': 5}", 'x-005'],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression)).toBe(expected)
  })

  test.each([
    ["'{}'.format()", 'Replacement index'],
    ["'{:{:{}}}'.format(1, 2, 3)", 'Max string recursion exceeded'],
    ["'{x}'.format()", "'x'"],
    ["'{'.format()", "expected '}'"],
    ["'{:d}'.format('a')", "Unknown format code 'd' for object of type 'str'"],
    ["'{:zz}'.format(1)", 'Invalid format specifier'],
  ])('%s fails', (expression, message) => {
    expect(failure(() => evaluate(expression)).message).toContain(message)
  })
})

describe('methods of lists and dicts', () => {
  test.each<[string, unknown]>([
    ['{% set l = [3, 1, 2] %}{{ l.sort(reverse=true) }}{{ l }}', [3, 2, 1]],
    ['{% set l = [1, 2, 3] %}{% set x = l.pop(0) %}{{ [x, l] }}', [1, [2, 3]]],
    ['{% set l = [1, 3] %}{{ l.insert(-1, 2) }}{{ l }}', [1, 2, 3]],
    ['{% set l = [1, 2, 1] %}{{ l.remove(1) }}{{ l }}', [2, 1]],
    ['{% set d = {1: "a"} %}{{ d[true] }}', 'a'],
    ['{% set d = {"a": 1} %}{{ d.popitem() }}', ['a', 1]],
  ])('%s', (source, expected) => {
    expect(engineOver().resolve(template(source))).toEqual(expected)
  })
})
