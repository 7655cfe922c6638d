import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TemplateError } from '../../../src/template/api.ts'
import { knownFilterNames } from '../../../src/template/evaluator/values/known.ts'
import { Masker } from '../../../src/values/masking/masker.ts'
import { Secret } from '../../../src/values/secret.ts'
import type { Value } from '../../../src/values/value.ts'
import { dict, engineOver, failure, shown, template } from '../support.ts'

const TEXT = 'Kq7Zx9vB'
/** What a template could turn the secret into. A part of it of this length is a leak as well. */
const PART = 4

const variables = (): Record<string, Value> => ({
  secret: new Secret(TEXT),
  number: new Secret(-481_516),
  json: new Secret(`{"${TEXT}": ["${TEXT}", 1.5]}`),
  list: ['open', new Secret(TEXT), 3],
  user: dict({ name: 'ann', password: new Secret(TEXT), tags: ['a', new Secret(TEXT)] }),
  users: [dict({ name: 'ann', password: new Secret(TEXT) }), dict({ name: 'bob', password: null })],
  wrapped: template('pre-{{ secret }}-post'),
})

function forms(): string[] {
  const reversed = [...TEXT].reverse().join('')
  const encoded = [TEXT, reversed].flatMap((text) => [
    Buffer.from(text).toString('base64').slice(0, 10),
    Buffer.from(text).toString('hex'),
  ])
  const parts = Array.from({ length: TEXT.length - PART + 1 }, (_, at) => TEXT.slice(at, at + PART))
  const all = [...parts, ...parts.map((part) => [...part].reverse().join('')), ...encoded, '-481516']
  return [...all, ...all.map((form) => form.toLowerCase()), ...all.map((form) => form.toUpperCase())]
}

function leaks(output: string): string[] {
  return forms().filter((form) => output.includes(form))
}

const atom = fc.constantFrom(
  'secret',
  'number',
  'json',
  'list',
  'user',
  'users',
  'wrapped',
  'user.password',
  'list[1]',
  "'open'",
  "','",
  '3',
  'none',
  '[secret, 1]',
  "{'k': secret, 'n': 2}",
  'nosuch',
)

// Left out: what takes seconds, and what needs more memory than there is.
const filterName = fc.constantFrom(
  ...knownFilterNames().filter((name) => !/^(password_hash|permutations|combinations|product)$/.test(name)),
)

const method = fc.constantFrom(
  'upper()',
  'split()',
  "split('Z')",
  "replace('Kq', '')",
  'format(secret, k=secret)',
  'items()',
  'values()',
  'copy()',
  "get('password')",
  'join(list)',
  'find(secret)',
  'index(secret)',
  'pop()',
  'nosuch',
)

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie('expression'), filterName).map(([value, name]) => `(${value} | ${name})`),
    fc
      .tuple(tie('expression'), filterName, tie('expression'))
      .map(([value, name, argument]) => `(${value} | ${name}(${argument}))`),
    fc.tuple(tie('expression'), filterName).map(([value, name]) => `(${value} | map('${name}'))`),
    fc.tuple(tie('expression'), method).map(([value, call]) => `(${value}).${call}`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '~', '*', '%', 'and', 'or', '==', 'in'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('expression').map((value) => `(${value})[::-1]`),
    tie('expression').map((value) => `(${value})[0]`),
    fc.tuple(tie('expression'), tie('expression')).map(([value, key]) => `(${value})[${key}]`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([value, test, other]) => `(${value} if ${test} else ${other})`),
    tie('expression').map((value) => `'%s-%r' % (${value}, 1)`),
    tie('expression').map((value) => `dict(a=${value})`),
    tie('expression').map((value) => `{'x': ${value}, ${value}: 1}`),
    tie('expression').map((value) => `lookup('items', ${value})`),
    tie('expression').map((value) => `undef(${value})`),
  ),
}))

const source = fc.oneof(
  expression.map((value) => `{{ ${value} }}`),
  expression.map((value) => `x{{ ${value} }}y`),
  expression.map((value) => `{% for i in ${value} %}{{ i }},{{ loop.index }}{% endfor %}`),
  expression.map(
    (value) => `{% for i in ${value} %}{{ i }}{% if loop.first %}{{ loop.nextitem }}{% endif %}{% endfor %}`,
  ),
  expression.map((value) => `{% set v %}<{{ ${value} }}>{% endset %}{{ v }}{{ v | length }}`),
  expression.map((value) => `{% macro m(a, b=secret) %}{{ a }}{{ b }}{% endmacro %}{{ m(${value}) }}`),
  expression.map((value) => `{% filter upper %}{{ ${value} }}{% endfilter %}`),
  expression.map((value) => `{% set n = namespace(v=1) %}{% set n.v = ${value} %}{{ n }}{{ n.v }}`),
  expression.map((value) => `{% with w = ${value} %}{{ [w, w] }}{% endwith %}`),
)

describe('a secret never shows, and nothing but a TemplateError is thrown', () => {
  test('in what a template gives, nor in its error', () => {
    let secrets = 0
    fc.assert(
      fc.property(source, (text) => {
        const engine = engineOver(variables())
        for (const run of [() => engine.resolve(template(text)), () => engine.renderFile(text, 'a.j2')]) {
          let result: unknown
          try {
            result = run()
            if (result instanceof Secret) secrets++
          } catch (error) {
            if (!(error instanceof TemplateError)) throw error
            result = error
          }
          expect(leaks(shown(result))).toEqual([])
        }
      }),
      { numRuns: 1000 },
    )
    // The property would hold as well if nothing ever came through.
    expect(secrets).toBeGreaterThan(150)
  })
})

describe('a value made from a secret', () => {
  const engine = engineOver(variables())
  const revealed = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : `open: ${value}`)

  test.each<[string, unknown]>([
    ['{{ secret }}', TEXT],
    ['{{ wrapped }}', `pre-${TEXT}-post`],
    ['{{ secret | upper }}', TEXT.toUpperCase()],
    ["{{ ['a', secret] | join('-') }}", `a-${TEXT}`],
    ['{{ secret | length }}', TEXT.length],
    ['{{ number + 1 }}', -481_515],
    ['{{ number / 2 }}', '-240758.0'],
    ['{{ secret[0] }}', 'K'],
    ["{{ 'a'.replace('a', secret) }}", TEXT],
    ["{{ '%s!' % secret }}", `${TEXT}!`],
    ["{{ {'p': secret} | to_json }}", `{"p": "${TEXT}"}`],
    ['{% set x = secret %}{% if x %}key={{ x }}{% endif %}\n', `key=${TEXT}\n`],
    ['{{ (json | from_json)["Kq7Zx9vB"][0] }}', TEXT],
    ["{{ {'Kq7Zx9vB': 1}[secret] }}", 1],
  ])('%s is a secret', (source, value) => {
    expect(revealed(engine.resolve(template(source)))).toBe(value)
  })

  test('a file with one in it is a secret', () => {
    expect(revealed(engine.renderFile('password={{ secret }}\n', 'a.j2'))).toBe(`password=${TEXT}\n`)
    expect(engine.renderFile('name={{ user.name }}\n', 'a.j2')).toBe('name=ann\n')
  })

  test('conditions on one are plain', () => {
    expect(engine.condition("secret == 'x'")).toBe(false)
    expect(engine.condition('secret is defined and secret | length > 3')).toBe(true)
    expect(engine.resolve(template("{{ 'set' if secret else 'unset' }}"))).toBe('set')
    expect(engine.resolve(template("{{ secret | ternary('set', 'unset') }}"))).toBe('set')
  })

  test('what stands beside one in a list or dict stays open', () => {
    const merged = engine.resolve(template("{{ user | combine({'age': 7}) }}")) as Map<string, Value>
    expect([...merged.keys()]).toEqual(['name', 'password', 'tags', 'age'])
    expect([merged.get('name'), merged.get('age')]).toEqual(['ann', 7])
    expect(revealed(merged.get('password'))).toBe(TEXT)
    const names = engine.resolve(template("{{ users | map(attribute='name') | list }}"))
    expect(names).toEqual(['ann', 'bob'])
    const groups = "{{ users | groupby('name') | map(attribute='grouper') | list }}"
    expect(engine.resolve(template(groups))).toEqual(['ann', 'bob'])
    const items = engine.resolve(template('{{ user | dict2items }}')) as Map<string, Value>[]
    expect(items[0]).toEqual(dict({ key: 'name', value: 'ann' }))
  })

  test.each([
    '{{ {secret: 1} }}',
    "{{ [{'key': secret, 'value': 1}] | items2dict }}",
    '{{ json | from_json }}',
  ])('%s is refused, because a key would show it', (source) => {
    expect(failure(() => engine.resolve(template(source))).message).toContain('the key of a dict')
  })

  test('an error about one says nothing of it', () => {
    const error = failure(() => engine.resolve(template('{{ secret | from_json }}')))
    expect(error.message).toContain("the filter 'from_json' failed on a secret value")
    expect(failure(() => engine.resolve(template('{{ user[secret] }}'))).message).toBe(
      "object of type 'dict' has no attribute ********",
    )
  })
})

describe('a value made from a secret knows what it was made from', () => {
  const engine = engineOver(variables())
  const masked = (source: string, text: string) => {
    const masker = new Masker()
    masker.learnAll([engine.resolve(template(source))])
    return masker.mask(text)
  }

  test.each([
    ['pw is {{ secret }}'],
    ['{{ "pw is " ~ secret }}'],
    ['{{ "pw is " + secret }}'],
    ["{{ ['pw', 'is', secret] | join(' ') }}"],
    ["{{ {'pw is': secret} | to_json }}"],
    ["{{ '%s' | format(secret) }}"],
    ['{{ {"a": ["pw is " ~ secret]} }}'],
    ['{% set x %}pw is {{ secret }}{% endset %}{{ x }}\n'],
    ['{% macro m(x) %}pw is {{ x }}{% endmacro %}{{ m(secret) }}'],
    ['{% for c in list %}{{ c }}{% endfor %}'],
  ])('%s: hidden by itself, and what stands beside it is not', (source) => {
    expect(masked(source, `pw is ${TEXT}!`)).toMatch(/^pw is \*+!$/)
  })

  test.each([
    ['x {{ secret | upper }}', TEXT.toUpperCase()],
    [
      'x {{ (secret | reverse | list) }}',
      `x [${[...TEXT]
        .reverse()
        .map((letter) => `'${letter}'`)
        .join(', ')}]`,
    ],
    ["x {{ secret | split('Z') }}", "['Kq7', 'x9vB']"],
    ["x {{ secret.split('Z') }} {{ list[1] }}", "['Kq7', 'x9vB']"],
    ["x {{ (json | from_json)['Kq7Zx9vB'] }} {{ secret }}", `['${TEXT}', 1.5]`],
    ["x {{ secret | regex_replace('Z', '-') }}", 'Kq7-x9vB'],
    ['x {{ secret[1:7] }}', 'q7Zx9v'],
    ["x {{ '%.6s' % secret }}", 'Kq7Zx9'],
    ['x {{ secret | hash("md5") }}', createHash('md5').update(TEXT).digest('hex')],
    ['x {{ number * 2 }}', '-963032'],
  ])('%s: what became of it is hidden, too', (source, text) => {
    expect(masked(source, `before ${text} after`)).not.toContain(text)
    expect(masked(source, `before ${text} after`)).toMatch(/^before .* after$/)
  })
})
