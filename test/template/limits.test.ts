import { describe, expect, test } from 'vitest'
import type { Value } from '../../src/values/value.ts'
import { engineOver, failure, template } from './support.ts'

describe('what would never end', () => {
  test.each<[string, Record<string, Value>, string]>([
    ['a variable that needs itself', { a: template('{{ a }}') }, '{{ a }}'],
    ['two that need each other', { a: template('{{ b }}'), b: template('x{{ a }}') }, '{{ a }}'],
    ['one that needs an item of its own', { a: [template('{{ a[0] }}')] }, '{{ a }}'],
    ['a macro without end', {}, '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['a recursive loop without end', {}, '{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
  ])('%s is an error', (_name, variables, source) => {
    const error = failure(() => engineOver(variables).resolve(template(source)))
    expect(error.message).toContain('Recursive loop detected')
    expect(error.isUndefined).toBe(false)
  })

  test('a template that includes itself', () => {
    const engine = engineOver({}, { 'a.j2': "{% include 'a.j2' %}" })
    expect(failure(() => engine.renderFile("{% include 'a.j2' %}", 'b.j2')).message).toContain(
      'Recursive loop',
    )
  })

  test('is not swallowed by default', () => {
    const engine = engineOver({ a: template('{{ a }}') })
    expect(failure(() => engine.resolve(template("{{ a | default('x') }}"))).message).toContain(
      'Recursive loop',
    )
  })
})

describe('what would take too much', () => {
  test.each([
    ['{{ range(10 ** 9) }}', 'a range of more than'],
    ["{{ 'a' * 10 ** 9 }}", 'more than 10000000 items'],
    ['{{ 2 ** (10 ** 9) }}', 'more than 100000 bits'],
    ["{{ 'a'.ljust(10 ** 9) }}", 'a width of more than'],
    ["{{ '{:>999999999}'.format(1) }}", 'a width of more than'],
    ["{{ query('sequence', 'count=9999999') }}", 'a sequence of more than'],
    [`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, 'nested more than'],
    [`${'{% if true %}'.repeat(5000)}x`, 'nested more than'],
  ])('%s is refused', (source, message) => {
    expect(failure(() => engineOver().resolve(template(source))).message).toContain(message)
  })

  test('an expression too long for the stack is an error of the template', () => {
    const source = `{{ 1${' + 1'.repeat(200_000)} }}`
    expect(failure(() => engineOver().resolve(template(source))).message).toContain('nested too deeply')
  })

  test('a list that holds itself is an error of the template', () => {
    const source = '{% set l = [1] %}{% set _ = l.append(l) %}{{ l }}'
    expect(failure(() => engineOver().resolve(template(source))).message).toContain('nested too deeply')
  })
})
