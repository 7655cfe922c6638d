import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { templateHome } from '../../../src/run/scope/template-home.ts'
import { createEngine } from '../../../src/template/engine.ts'
import { filters } from '../../../src/template/filters/dicts.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import { dict, type Value } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const apply = applier(filters)

describe('dict2items and items2dict', () => {
  it('are inverse, order kept', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (entries) => {
        const given = dict(entries)
        const back = apply('items2dict', apply('dict2items', given)) as Map<string, Value>
        expect([...back]).toEqual([...given])
      }),
    )
  })

  it('name the keys as they are told', () => {
    expect(apply('dict2items', dict({ a: 1 }), ['k', 'v'])).toEqual([dict({ k: 'a', v: 1 })])
    expect(() => apply('items2dict', [dict({ key: 'a' })])).toThrow("contain the keys 'key' and 'value'")
  })
})

describe('subelements', () => {
  const users = [dict({ name: 'a', groups: ['x', 'y'] }), dict({ name: 'b' })]

  it('pairs each element with each of its items', () => {
    expect(apply('subelements', users, ['groups'], { skip_missing: true })).toEqual([
      [users[0], 'x'],
      [users[0], 'y'],
    ])
    expect(() => apply('subelements', users, ['groups'])).toThrow(
      "could not find 'groups' key in iterated item {'name': 'b'}",
    )
    expect(() => apply('subelements', users, ['name'])).toThrow("the key 'name' should point to a list")
  })
})

describe('extract', () => {
  const evaluate = (expression: string, hosts: Value) =>
    createEngine({ lookup: (name) => (name === 'hosts' ? hosts : undefined) }, templateHome('/')).expression(
      expression,
    )

  it('follows keys, which are never paths', () => {
    const hosts = dict({ 'a.b': dict({ list: [5, 6] }) })
    expect(evaluate("'a.b' | extract(hosts, ['list', 1])", hosts)).toBe(6)
    expect(evaluate("['a.b'] | map('extract', hosts, morekeys='list') | list", hosts)).toEqual([[5, 6]])
    expect(() => evaluate("'c' | extract(hosts)", hosts)).toThrow(
      "object of type 'dict' has no attribute 'c'",
    )
    expect(evaluate("['c'] | map('extract', hosts) | map('default', 1) | list", hosts)).toEqual([1])
    expect(() => evaluate("'c' | extract", hosts)).toThrow(
      "missing 1 required positional argument: 'container'",
    )
  })

  it('evaluates no more of the container than it reads', () => {
    const hosts = dict({ a: dict({ n: 1 }), b: dict({ n: new TemplateText('{{ 1 / 0 }}') }) })
    expect(evaluate("'a' | extract(hosts, 'n')", hosts)).toBe(1)
    expect(() => evaluate("'b' | extract(hosts, 'n')", hosts)).toThrow('division by zero')
  })
})

describe('rekey_on_member', () => {
  it('refuses a value twice unless it may overwrite', () => {
    const rows = [dict({ n: 1, v: 1 }), dict({ n: 1, v: 2 })]
    expect(() => apply('rekey_on_member', rows, ['n'])).toThrow('Key 1 is not unique')
    expect(apply('rekey_on_member', rows, ['n', 'overwrite'])).toEqual(new Map([[1, rows[1]]]))
  })
})
