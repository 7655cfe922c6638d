import { describe, expect, test } from 'vitest'
import { OMIT, type Scope, TemplateError } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import { Float } from '../../src/values/float.ts'
import type { Value } from '../../src/values/value.ts'
import { dict, engineOver, failure, template } from './support.ts'

const HOME = { directory: '/' }

describe('resolve', () => {
  test('renders templates at any depth and leaves out what is omitted', () => {
    const engine = engineOver({ port: 9090, gone: template('{{ omit }}') })
    const value: Value = dict({
      a: template('{{ port }}'),
      b: template('{{ gone }}'),
      c: [template('x{{ port }}'), template('{{ omit }}'), 'plain'],
    })
    expect(engine.resolve(value)).toEqual(dict({ a: 9090, c: ['x9090', 'plain'] }))
    expect(engine.resolve(template('{{ gone }}'))).toBe(OMIT)
  })

  test('gives a value of its own: changing it leaves the variable alone', () => {
    const list = [1, 2]
    const result = engineOver({ list }).resolve(template('{{ list }}'))
    expect(result).toEqual([1, 2])
    expect(result).not.toBe(list)
  })

  test('a template that changes a list changes its own copy', () => {
    const list: Value[] = [1, [2]]
    const engine = engineOver({ list })
    const source = '{% set _ = list.append(3) %}{% set _ = list[1].append(4) %}{{ list }}'
    expect(engine.resolve(template(source))).toEqual([1, [2, 4], 3])
    expect(list).toEqual([1, [2]])
  })

  test('numbers keep their kind', () => {
    const engine = engineOver()
    expect(engine.resolve(template('{{ 10 / 2 }}'))).toEqual(new Float(5))
    expect(engine.resolve(template('{{ 10 // 2 }}'))).toBe(5)
    expect(engine.resolve(template('{{ 2 ** 53 }}'))).toBe(2n ** 53n)
  })
})

describe('the scope', () => {
  test('is asked once for a name, and only for names in use', () => {
    const asked: string[] = []
    const values: Record<string, Value> = { a: template('{{ b }}{{ b }}'), b: 'x', c: 'y' }
    const scope: Scope = {
      lookup(name) {
        asked.push(name)
        return values[name]
      },
    }
    expect(createEngine(scope, HOME).resolve(template('{{ a }}{{ a }}{{ b }}'))).toBe('xxxxx')
    expect(asked).toEqual(['a', 'b'])
  })

  const stop = new TemplateError('no result yet', undefined, true)
  const scope: Scope = {
    lookup(name) {
      if (name === 'result') throw stop
      if (name === 'broken') throw new RangeError('Maximum call stack size exceeded')
      return name === 'nested' ? [template('{{ result }}')] : undefined
    },
    names() {
      throw stop
    },
  }

  test.each([
    "{{ result | default('x') }}",
    '{{ result is defined }}',
    "{{ nested[0] | default('x') }}",
    "{{ nested | map('upper') | list }}",
    "{{ nested | join(',') }}",
    "{{ nested | select('defined') | list }}",
    "{{ lookup('vars', 'result', errors='ignore') }}",
    "{{ query('varnames', 'x', errors='ignore') }}",
    '{% macro m() %}{{ result }}{% endmacro %}{{ m() }}',
    "{{ 'a' if result else 'b' }}",
    'x{{ (1, result) }}',
  ])('what it throws passes through %s', (source) => {
    const engine = createEngine(scope, HOME)
    let thrown: unknown
    try {
      engine.resolve(template(source))
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBe(stop)
  })

  test('what it throws passes through conditions, expressions and files', () => {
    const engine = createEngine(scope, HOME)
    expect(() => engine.condition('result is defined')).toThrow(stop)
    expect(() => engine.expression("result | default('x')")).toThrow(stop)
    expect(() => engine.renderFile('{{ result }}', 'a.j2')).toThrow(stop)
    expect(() => engine.expression('broken')).toThrow(RangeError)
  })
})

describe('trust', () => {
  const hostile = '{{ port }}{% set x = 1 %}'
  const engine = engineOver({ hostile, port: 9090, list: [hostile], wrapped: template('<{{ hostile }}>') })

  test.each([
    ['{{ hostile }}', hostile],
    ['{{ wrapped }}', `<${hostile}>`],
    ['{{ list[0] }}', hostile],
    ['{{ hostile ~ "" }}', hostile],
    ['{{ [hostile] | to_json | from_json | first }}', hostile],
    ["{{ '{' ~ '{ port }' ~ '}' }}", '{{ port }}'],
    ["{{ lookup('vars', 'hostile') }}", hostile],
  ])('%s is data', (source, result) => {
    expect(engine.resolve(template(source))).toBe(result)
  })

  test('a text that holds a condition is no condition', () => {
    const error = failure(() => engineOver({ x: '1 == 1' }).condition(template('{{ x }}')))
    expect(error.message).toContain("derived from value of type 'str'")
  })
})

describe('conditions', () => {
  const engine = engineOver({ port: 9090, text: 'true', flag: true })

  test('are expressions without braces, with a boolean as result', () => {
    expect(engine.condition('port == 9090 and flag')).toBe(true)
    expect(engine.condition(false)).toBe(false)
    expect(engine.condition(template('{{ port > 1 }}'))).toBe(true)
  })

  test.each<[Value, string]>([
    ['text', "derived from value of type 'str'"],
    ['port', "derived from value of type 'int'"],
    ['', 'Empty conditional'],
    [1, 'must be strings'],
    [null, 'must be strings'],
    [[], 'must be strings'],
    ['not nosuch', "Error while evaluating conditional: 'nosuch' is undefined"],
    ['flag if false', 'unsupported'],
  ])('%j is refused', (condition, message) => {
    expect(failure(() => engine.condition(condition)).message).toContain(message)
  })
})

describe('files', () => {
  test('take options and a header', () => {
    const engine = engineOver({ x: 1 })
    expect(
      engine.renderFile('<<x>>\n{% if x %}\ny\n{% endif %}\n', 'a.j2', {
        markers: { variable_start_string: '<<', variable_end_string: '>>' },
        newlineSequence: '\r\n',
        trimBlocks: false,
      }),
    ).toBe('1\r\n\r\ny\r\n')
    expect(engine.renderFile('#jinja2: lstrip_blocks: True\n  {% if x %}\ny\n  {% endif %}\n', 'a.j2')).toBe(
      'y\n',
    )
  })

  test('include, import and extend others', () => {
    const engine = engineOver(
      { name: 'web' },
      {
        'base.j2': 'top\n{% block body %}base{% endblock %}\n{{ self.body() }}\n',
        'part.j2': '[{{ name }}]',
        'lib.j2': '{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}',
      },
    )
    const child =
      "{% extends 'base.j2' %}{% from 'lib.j2' import twice %}ignored" +
      "{% block body %}{% include 'part.j2' %}{{ super() }}{% endblock %}"
    expect(engine.renderFile(child, 'child.j2')).toBe('top\n[web]base[web]base')
    expect(engine.renderFile("{% import 'lib.j2' as lib %}{{ lib.twice('a') }}", 'x.j2')).toBe('aa')
  })

  test('that are a list or a dict are text in a file', () => {
    expect(engineOver({ l: [1, 'a'] }).renderFile('{{ l }}\n', 'a.j2')).toBe("[1, 'a']")
    expect(failure(() => engineOver().renderFile('{{ [nosuch] }}', 'a.j2')).isUndefined).toBe(true)
    expect(failure(() => engineOver().renderFile('{{ omit }}', 'a.j2')).message).toContain('Omit')
  })
})
