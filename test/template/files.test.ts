import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createEngine } from '../../src/template/engine.ts'
import type { Value } from '../../src/values/value.ts'
import { engineOver } from './support.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'muster-template-')))
afterAll(() => rmSync(folder, { recursive: true }))

describe('what a template file knows about itself', () => {
  const file = join(folder, 'app.j2')
  writeFileSync(file, 'x')
  const render = (source: string, variables: Record<string, Value> = {}) =>
    createEngine({ lookup: (name) => variables[name] }, { directory: folder }).renderFile(source, file, {
      origin: { path: 'app.j2', destination: '/etc/app' },
    })

  test.each([
    ['template_path', 'app.j2'],
    ['template_fullpath', file],
    ['template_destpath', '/etc/app'],
    ['template_host', hostname()],
    ['template_uid', userInfo().username],
    ['ansible_managed', 'Ansible managed'],
    ['template_mtime.year', String(statSync(file).mtime.getFullYear())],
    ['template_run_date >= template_mtime', 'True'],
    ['template_run_date | type_debug', 'datetime'],
  ])('%s', (expression, expected) => {
    expect(render(`{{ ${expression} }}`)).toBe(expected)
  })

  test('its own names win over variables of the host, ansible_managed does not', () => {
    expect(
      render('{{ template_path }} {{ ansible_managed }}', { template_path: 'no', ansible_managed: 'ours' }),
    ).toBe('app.j2 ours')
  })

  test('nothing of it is known outside', () => {
    expect(engineOver().renderFile("{{ template_path | default('none') }}", 'a.j2')).toBe('none')
  })
})

describe('what was printed stays printed', () => {
  test.each([
    ['{% set l = [1] %}{{ l }}{% set _ = l.append(2) %}{{ l }}', '[1][1, 2]'],
    ['{% set l = [1] %}{% set s %}{{ l }}{% endset %}{% set _ = l.append(2) %}{{ s }}', '[1]'],
    [
      '{% macro m(x) %}{{ x }}{% endmacro %}{% set l = [1] %}{{ m(l) }}{% set _ = l.append(2) %}{{ l }}',
      '[1][1, 2]',
    ],
    ["{% set d = {'a': 1} %}{{ d }}{% set _ = d.update({'b': 2}) %} {{ d }}", "{'a': 1} {'a': 1, 'b': 2}"],
    ['{% set n = namespace(a=1) %}{{ n }}{% set n.a = 2 %}{{ n.a }}', "<Namespace {'a': 1}>2"],
  ])('%s', (source, expected) => {
    expect(engineOver().renderFile(source, 'a.j2')).toBe(expected)
  })

  test('a secret list too', () => {
    const engine = engineOver({ hidden: [1] })
    expect(
      engine.renderFile('{% set l = hidden %}{{ l }}{% set _ = l.append(2) %}{{ hidden }}', 'a.j2'),
    ).toBe('[1][1, 2]')
  })
})

describe('line ends', () => {
  test.each([
    ['a\r\nb\r\n', undefined, 'a\r\nb\r\n'],
    ['a\r\nb\r\n', '\r\n', 'a\r\nb\r\n'],
    ['a\nb\n', '\r\n', 'a\nb\n'],
    ['a\r\n{{ 1 }}\r\n', undefined, 'a\n1\n'],
    ['a\n{{ 1 }}\n', '\r\n', 'a\r\n1\r\n'],
    ['a\r\n{# c #}b', undefined, 'a\nb'],
  ])('%j with newline_sequence %j gives %j', (source, newlineSequence, expected) => {
    expect(
      engineOver().renderFile(source, 'a.j2', newlineSequence === undefined ? {} : { newlineSequence }),
    ).toBe(expected)
  })

  test('other marks make other files plain', () => {
    const markers = { variable_start_string: '[[', variable_end_string: ']]' }
    expect(engineOver().renderFile('a\r\n{{ 1 }}', 'a.j2', { markers })).toBe('a\r\n{{ 1 }}')
    expect(engineOver().renderFile('a\r\n[[ 1 ]]', 'a.j2', { markers })).toBe('a\n1')
  })
})

describe('branches that are not chosen are not used', () => {
  test.each<[string, Value]>([
    ["false | ternary(undefined_name, 'b')", 'b'],
    ["true | ternary('a', undef())", 'a'],
    ["true | ternary('a', undef(hint='x'))", 'a'],
    ["none | ternary('a', nope, 'c')", 'c'],
    ["(true | ternary(nope, 'b')) | default('d')", 'd'],
  ])('%s', (expression, expected) => {
    expect(engineOver().expression(expression)).toBe(expected)
  })
})

describe('a call with something undefined is undefined', () => {
  test.each([
    "range(nope) | default('d')",
    "'a'.join(nope) | default('d')",
    "{'a': 1}.get(nope) | default('d')",
    "dict(a=nope) | default('d')",
    "cycler(nope) | default('d')",
  ])('%s', (expression) => {
    expect(engineOver().expression(expression)).toBe('d')
  })

  test('a macro sees it itself', () => {
    expect(
      engineOver().renderFile("{% macro m(x) %}{{ x | default('d') }}{% endmacro %}{{ m(nope) }}", 'a.j2'),
    ).toBe('d')
  })
})

test('a template that changes data reads no more of a lazy dict than it asks for, and changes nothing of it', () => {
  const list = [1]
  const asked: string[] = []
  class Lazy extends Map<string, Value> {
    override get(key: string): Value | undefined {
      asked.push(key)
      return list
    }
    override has(): boolean {
      return true
    }
    override *keys(): MapIterator<string> {
      yield* ['a', 'b']
    }
  }
  const engine = engineOver({ hosts: new Lazy() as unknown as Value })
  expect(engine.renderFile('{% set _ = hosts.a.append(2) %}{{ hosts.a }}', 'a.j2')).toBe('[1, 2]')
  expect(new Set(asked)).toEqual(new Set(['a']))
  expect(list).toEqual([1])
})
