import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equals } from '../../../src/template/python/equality.ts'
import { dumpYaml, type YamlStyle } from '../../../src/template/yaml-dump/dump.ts'
import { Float } from '../../../src/values/float.ts'
import { dict, type Value } from '../../../src/values/value.ts'
import { parseYaml } from '../../../src/yaml/parse.ts'
import { toValue } from '../../../src/yaml/to-value.ts'

const NICE: YamlStyle = {
  indent: 4,
  width: 80,
  flow: false,
  allowUnicode: true,
  explicitStart: false,
  explicitEnd: false,
}

// Expected texts: PyYAML 6.0 with libyaml 0.2.6.
describe('dumpYaml', () => {
  it('does not indent a list under its key', () => {
    expect(dumpYaml(dict({ a: [1, [2]], b: dict({ c: [] }) }), NICE)).toBe(
      'a:\n- 1\n-   - 2\nb:\n    c: []\n',
    )
  })

  it('writes brackets for collections of scalars only, and breaks their long lines', () => {
    const value = dict({ a: Array.from({ length: 30 }, () => 'word'), b: [[1]] })
    expect(dumpYaml(value, { ...NICE, indent: 2, flow: null })).toBe(
      `a: [${'word, '.repeat(13).trimEnd()}\n  ${'word, '.repeat(14).trimEnd()}\n  word, word, word]\nb:\n- [1]\n`,
    )
  })

  it('quotes what would be read as something else', () => {
    const words = ['yes', '1', '0755', '1e3', '2020-01-01', '12:30', '', 'a: b', '#c', "it's", '~', 'y']
    expect(dumpYaml(words, NICE)).toBe(
      "- 'yes'\n- '1'\n- '0755'\n- 1e3\n- '2020-01-01'\n- '12:30'\n- ''\n- 'a: b'\n- '#c'\n- it's\n- '~'\n- y\n",
    )
  })

  it('keeps floats floats', () => {
    const floats = [new Float(1), new Float(1e20), new Float(1e-7), new Float(Number.NEGATIVE_INFINITY)]
    expect(dumpYaml(floats, NICE)).toBe('- 1.0\n- 1.0e+20\n- 1.0e-07\n- -.inf\n')
  })

  it('folds quoted text at blanks and doubles its line ends', () => {
    expect(dumpYaml('a\nb\n', NICE)).toBe("'a\n\n    b\n\n    '\n")
    expect(dumpYaml(`\t${'abc  def '.repeat(12)}`, NICE)).toBe(
      '"\\tabc  def abc  def abc  def abc  def abc  def abc  def abc  def abc  def abc  def\n    abc  def abc  def abc  def "\n',
    )
  })

  it('writes keys with line ends and very long ones with a question mark', () => {
    expect(dumpYaml(dict({ 'a\nb': 1 }), NICE)).toBe("? 'a\n\n    b'\n: 1\n")
    expect(dumpYaml(dict({ ['k'.repeat(129)]: 1 }), NICE)).toBe(`? ${'k'.repeat(129)}\n: 1\n`)
  })

  it('is read back as the same value', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom('a', ' ', '\n', ':', '#', "'", '"', '-', '\t', '😀', '\\'),
        maxLength: 120,
      }),
    )
    const value = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.constantFrom<Value>(null, true, 0, -1, new Float(0.5), 2n ** 70n),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }).map((entries) => dict(entries)),
      ),
    })).value
    fc.assert(
      fc.property(value, fc.constantFrom(true, false, null), (given, flow) => {
        const [node] = parseYaml(dumpYaml(given, { ...NICE, flow }), 'dumped').documents
        expect(equals(toValue(node!), given)).toBe(true)
      }),
    )
  })
})
