import { describe, expect, test } from 'vitest'
import { formatPosition } from '../../src/values/position.ts'
import { engineOver, failure, template } from './support.ts'

function place(run: () => unknown): string {
  const { position } = failure(run)
  return position === undefined ? 'nowhere' : formatPosition(position)
}

describe('the place in an error', () => {
  test.each([
    ['{{ nosuch }}', '12:8'],
    ['a{{ 1 + nosuch }}', '12:13'],
    ["{{ 'a' | nosuch }}", '12:14'],
    ['{{ d.k.x + 1 }}', '12:12'],
    ["{{ 'x' | from_json }}", '12:14'],
    ['{{ 1 < "a" }}', '12:10'],
    ['{{ 1 / 0 }}', '12:10'],
    ["{{ 'a'.nosuch() }}", '12:12'],
    ['{{ [1][0].upper }}', '12:15'],
    ['{{ 1 +* 2 }}', '12:11'],
    ['{{ "open }}', '12:8'],
    ['line\n  {{ nosuch }}', '13:6'],
    ['line\n{% if x %}\n\n{{ nosuch }}{% endif %}', '15:4'],
    ['{% for i in 5 %}{% endfor %}', '12:17'],
    ['{% for a, b in [1] %}{% endfor %}', '12:12'],
  ])('of %j', (source, expected) => {
    const engine = engineOver({ d: new Map([['k', 1]]), x: true })
    expect(place(() => engine.resolve(template(source, 12, 5)))).toBe(`site.yaml:${expected}`)
  })

  test('is where the mistake stands, not where the variable is used', () => {
    const engine = engineOver({ a: template('{{ b }}', 3, 6), b: template('x {{ 1 / 0 }}', 7, 10) })
    expect(place(() => engine.resolve(template('{{ a }}', 20, 3)))).toBe('site.yaml:7:17')
  })

  test('of something undefined in a variable is where it is undefined', () => {
    const engine = engineOver({ a: template('{{ nosuch }}', 3, 6) })
    expect(place(() => engine.resolve(template('{{ a }}', 20, 3)))).toBe('site.yaml:3:9')
  })

  test('of a file counts its header and goes into what it includes', () => {
    const engine = engineOver(
      {},
      { 'part.j2': 'a\n  {{ nosuch }}', 'lib.j2': '{% macro m() %}\n{{ 1/0 }}{% endmacro %}' },
    )
    expect(place(() => engine.renderFile('#jinja2: trim_blocks: True\nx\n {{ nosuch }}', 'a.j2'))).toBe(
      'a.j2:3:5',
    )
    expect(place(() => engine.renderFile("x{% include 'part.j2' %}", 'a.j2'))).toBe('part.j2:2:6')
    expect(place(() => engine.renderFile("{% from 'lib.j2' import m %}\n\n{{ m() }}", 'a.j2'))).toBe(
      'lib.j2:2:5',
    )
    expect(place(() => engine.renderFile("x\n{% include 'gone.j2' %}", 'a.j2'))).toBe('a.j2:2:4')
    expect(place(() => engine.renderFile('{% block a %}\n{{ nosuch }}{% endblock %}', 'a.j2'))).toBe(
      'a.j2:2:4',
    )
  })

  test('of a condition counts from the place it is given', () => {
    const engine = engineOver()
    const at = { file: 'site.yaml', line: 4, column: 11 }
    expect(place(() => engine.condition('1 == nosuch', at))).toBe('site.yaml:4:16')
    expect(place(() => engine.condition(template('{{ nosuch }}', 4, 11)))).toBe('site.yaml:4:14')
    expect(place(() => engine.condition('1 ==', at))).toBe('site.yaml:4:15')
  })

  test('is only the file where no more is known', () => {
    expect(place(() => engineOver().renderFile('{{ omit }}', 'a.j2'))).toBe('a.j2')
  })
})
