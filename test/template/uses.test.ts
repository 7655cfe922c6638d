import { describe, expect, test } from 'vitest'
import { usesIn } from '../../src/template/uses.ts'
import { TemplateText } from '../../src/values/template-text.ts'

const at = { file: 'play.yaml', line: 3, column: 5 }
const uses = (source: string) => usesIn(new TemplateText(source, at))

describe('the uses of a variable', () => {
  test.each([
    ['{{ a.x }}', ['x']],
    ["{{ a['x-y'].path }}", ['x-y']],
    ["{{ a.get('x').path | upper }}", ['x']],
    ['{% if a.x.y %}{{ a.z }}{% endif %}', ['x', 'z']],
    ['{{ f(a.x, b=a.y) ~ [a.z] }}', ['x', 'y', 'z']],
    ["{{ a.x if a['y'] == 'z' else a.w }}", ['w', 'x', 'y']],
    ['{{ b.a.x }}', []],
    ["{{ 'a.x' }} a.x", []],
    ['{{ a is defined }}', []],
  ])('with constant keys: %s', (source, keys) => {
    const found = uses(source)
    expect([...found.keysOf('a').keys()].sort()).toEqual(keys)
    expect(found.wholeOf('a')).toBeUndefined()
  })

  test.each([
    '{{ a }}',
    '{{ a[x] }}',
    '{{ a | dict2items }}',
    '{{ a.items() }}',
    '{{ a.get(x) }}',
    "{{ 'x' in a }}",
  ])('with any key: %s', (source) => {
    const found = uses(source)
    expect(found.wholeOf('a')).toMatchObject({ position: { file: 'play.yaml', line: 3 } })
    expect([...found.keysOf('a')]).toEqual([])
  })

  test('a key that may be missing is told apart', () => {
    const found = uses("{{ a.x is defined and a.y is not defined and (a['z'] | default('')) == a.w }}")
    expect([...found.optionalKeysOf('a')].sort()).toEqual(['x', 'y', 'z'])
    expect([...found.keysOf('a').keys()].sort()).toEqual(['w', 'x', 'y', 'z'])
  })

  test('have places', () => {
    expect(uses('{{ 1 }} {{ a.x }}').keysOf('a').get('x')).toEqual({ file: 'play.yaml', line: 3, column: 18 })
  })

  test('of expressions and files are found too', () => {
    expect([...usesIn({ expression: 'a.x == b.y' }).names].sort()).toEqual(['a', 'b'])
    const file = usesIn({ source: '{% for x in b %}{{ a.y }}{% endfor %}\n', file: 'x.j2' })
    expect(file.keysOf('a').get('y')).toEqual({ file: 'x.j2', line: 1, column: 22 })
    expect(file.wholeOf('b')).toBeDefined()
  })

  test('of a text with a mistake are none', () => {
    expect([...uses('{{ a.x').names]).toEqual([])
    expect([...uses('{{ a.x | no_such_filter }}').names]).toEqual([])
  })
})
