import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EncryptedValue } from '../../src/values/encrypted.ts'
import { Float } from '../../src/values/float.ts'
import { InputError } from '../../src/values/problem.ts'
import { Secret } from '../../src/values/secret.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import type { Dict, Value } from '../../src/values/value.ts'
import { parseYaml } from '../../src/yaml/parse.ts'
import { toValue } from '../../src/yaml/to-value.ts'

function read(source: string): Value {
  const { documents } = parseYaml(source, 'x.yaml')
  expect(documents).toHaveLength(1)
  return toValue(documents[0]!)
}

/** The value of the one key `v`. */
function value(written: string): Value {
  return (read(`v: ${written}\n`) as Dict).get('v')!
}

function refusal(source: string): string {
  try {
    parseYaml(source, 'x.yaml')
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  throw new Error('was not refused')
}

describe('plain scalars are typed by YAML 1.1 as PyYAML does', () => {
  test.each<[string, Value]>([
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['off', false],
    ['y', 'y'],
    ['yEs', 'yEs'],
    ['~', null],
    ['NULL', null],
    ['nULL', 'nULL'],
    ['017', 15],
    ['-017', -15],
    ['0_', 0],
    ['09', '09'],
    ['0o17', '0o17'],
    ['0x1f', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['+12', 12],
    ['1:30', 90],
    ['-1:30', -90],
    ['10:20:30', 37230],
    ['12:34:56:12:34:56', 9783981296],
    ['00:11:22:33:44:55', '00:11:22:33:44:55'],
    ['1e3', '1e3'],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740991', -9007199254740991],
    ['192.0.2.1', '192.0.2.1'],
    ['"12"', '12'],
    ['!!str 12', '12'],
    ['!!int "12"', 12],
    ['! 12', '12'],
    ['!unsafe 12', '12'],
  ])('%s', (written, expected) => {
    expect(value(written)).toStrictEqual(expected)
  })

  test.each<[string, number]>([
    ['1.10', 1.1],
    ['.5', 0.5],
    ['1.', 1],
    ['1.0e+3', 1000],
    ['-1_0.5', -10.5],
    ['1:30.5', 90.5],
    ['6:59:7.01', 25147.010000000002],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.INF', Number.NEGATIVE_INFINITY],
    ['.NaN', Number.NaN],
    ['!!float 3', 3],
  ])('%s is a float', (written, expected) => {
    expect(value(written)).toStrictEqual(new Float(expected))
  })

  test.each<[string, string]>([
    ['2031-05-06', '2031-05-06'],
    ['2031-05-06 10:11:12', '2031-05-06T10:11:12'],
    ['2031-05-06T10:11:12Z', '2031-05-06T10:11:12+00:00'],
    ['2031-5-6 1:11:12.25 -03:30', '2031-05-06T01:11:12.250000-03:30'],
    ['1960-01-01 00:00:00.25', '1960-01-01T00:00:00.250000'],
    ['0099-01-01', '0099-01-01'],
  ])('%s is a date', (written, iso) => {
    expect(String(value(written))).toBe(iso)
  })

  test.each(['2031-02-30', '2031-05-06 25:00:00', '0x_', '=', '<<', '!!int x', '!!bool maybe'])(
    '%s is refused',
    (written) => {
      expect(refusal(`v: ${written}`)).toMatch(/^x\.yaml:1:\d+: /)
    },
  )
})

describe('structure', () => {
  test('an empty or commented file has no document', () => {
    expect(parseYaml('', 'x').documents).toEqual([])
    expect(parseYaml('# nothing\n', 'x').documents).toEqual([])
  })

  test('two documents stay apart', () => {
    expect(parseYaml('a: 1\n---\nb: 2\n', 'x').documents.map(toValue)).toEqual([
      new Map([['a', 1]]),
      new Map([['b', 2]]),
    ])
  })

  test('keys keep their types', () => {
    expect(read('2: a\nyes: b\n~: c\n"1": d\n1.5: e\n')).toEqual(
      new Map<unknown, Value>([
        [2, 'a'],
        [true, 'b'],
        [null, 'c'],
        ['1', 'd'],
        ['1.5', 'e'],
      ]),
    )
  })

  test('__proto__ is a key like any other', () => {
    expect(read('__proto__: {polluted: yes}\n')).toEqual(
      new Map([['__proto__', new Map([['polluted', true]])]]),
    )
    expect({}).not.toHaveProperty('polluted')
  })

  test('block text ends as the file does', () => {
    expect(read('a: |\n  x\n')).toEqual(new Map([['a', 'x\n']]))
    expect(read('a: |\n  x')).toEqual(new Map([['a', 'x']]))
    expect(read('a: |\n  x\nb: 1')).toEqual(
      new Map<string, Value>([
        ['a', 'x\n'],
        ['b', 1],
      ]),
    )
  })

  test('a set is the list of its members', () => {
    expect(value('!!set {b, a}')).toEqual(['b', 'a'])
  })

  test('a byte order mark and CRLF change neither values nor places', () => {
    const source = '\uFEFFa: 1\r\nb: text\r\n'
    expect(read(source)).toEqual(
      new Map<string, Value>([
        ['a', 1],
        ['b', 'text'],
      ]),
    )
    const [root] = parseYaml(source, 'x').documents
    if (root?.kind !== 'map') throw new Error('expected a mapping')
    expect(root.entries.map((entry) => [entry.key.position, entry.value.position])).toEqual([
      [
        { file: 'x', line: 1, column: 1 },
        { file: 'x', line: 1, column: 4 },
      ],
      [
        { file: 'x', line: 2, column: 1 },
        { file: 'x', line: 2, column: 4 },
      ],
    ])
  })

  test('an empty value has the place of its key', () => {
    const [root] = parseYaml('a:\n  b:\n', 'x').documents
    expect(root).toMatchObject({
      entries: [{ value: { entries: [{ value: { value: null, position: { line: 2, column: 3 } } }] } }],
    })
  })

  test('templates become TemplateText with the place where their text begins', () => {
    expect(read('a: "{{ x }}"\nb: |\n  one\n  {{ y }}\n')).toEqual(
      new Map([
        ['a', new TemplateText('{{ x }}', { file: 'x.yaml', line: 1, column: 5 })],
        ['b', new TemplateText('one\n{{ y }}\n', { file: 'x.yaml', line: 3, column: 3 })],
      ]),
    )
  })

  test('!unsafe text is never a template, !secret is a Secret, !vault refuses to be used', () => {
    expect(value('!unsafe "{{ x }}"')).toBe('{{ x }}')
    expect(value('!unsafe ["{{ x }}"]')).toEqual(['{{ x }}'])
    const secret = value('!secret 0123')
    expect(secret).toBeInstanceOf(Secret)
    expect(String(secret)).toBe('********')
    expect((secret as Secret).reveal()).toBe('0123')
    const encrypted = value('!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n')
    expect(encrypted).toBeInstanceOf(EncryptedValue)
    expect(() => (encrypted as Secret).revealText()).toThrow(/x\.yaml:2:3: .*Ansible Vault/)
  })
})

describe('anchors, aliases and merge keys', () => {
  test('an alias repeats its anchor; the last anchor of a name counts', () => {
    expect(read('a: &x [1]\nb: *x\nc: &x 2\nd: *x\n')).toEqual(
      new Map<string, Value>([
        ['a', [1]],
        ['b', [1]],
        ['c', 2],
        ['d', 2],
      ]),
    )
  })

  test('own keys beat merged ones, earlier merged maps beat later ones, all without warning', () => {
    const source = 'one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nv:\n  c: 3\n  <<: [*one, *two]\n'
    const { documents, warnings } = parseYaml(source, 'x')
    expect((toValue(documents[0]!) as Dict).get('v')).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
        ['c', 3],
      ]),
    )
    expect(warnings).toEqual([])
  })

  test('a quoted << is a key, and so is a bare =', () => {
    expect(read('"<<": 1\n=: 2\n')).toEqual(
      new Map([
        ['<<', 1],
        ['=', 2],
      ]),
    )
  })

  test.each(['<<: 5', '<<: [1]', '<<: text'])('%s is refused', (source) => {
    expect(refusal(source)).toContain('x.yaml:1:5: << takes a mapping')
  })

  test('a bomb of aliases is refused and not unfolded', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items =
        level === 0
          ? 'lol'
          : Array(10)
              .fill(`*l${level - 1}`)
              .join(', ')
      return `l${level}: &l${level} [${items}]`
    })
    expect(refusal(levels.join('\n'))).toContain('aliases unfold to more than 1000000 values')
  })

  test('a chain of aliases cannot nest without bound', () => {
    const levels = [
      'l0: &l0 [x]',
      ...Array.from({ length: 5000 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}]`),
    ]
    expect(refusal(levels.join('\n'))).toContain('nested more than 200 levels')
  })

  test('deep nesting is refused', () => {
    expect(refusal('['.repeat(50_000))).toMatch(/^x\.yaml:1:\d+: not valid YAML: /)
  })
})

describe('duplicate keys', () => {
  test.each([
    ['a: 1\nb: 2\na: 3\n', 3, 1],
    ['1: x\n1: y\n', 2, 1],
    ['1: x\ntrue: y\n', 2, 1],
  ])('%j warns and the last wins', (source, line, column) => {
    const { documents, warnings } = parseYaml(source, 'x')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({
      position: { file: 'x', line, column },
      hint: expect.stringContaining('x:1:1'),
    })
    expect([...(toValue(documents[0]!) as Dict).values()]).toContain(source.includes('3') ? 3 : 'y')
  })

  test('"1" and 1 are two keys', () => {
    expect(parseYaml('1: a\n"1": b\n', 'x').warnings).toEqual([])
  })
})

test('any text is read or refused', () => {
  const unit = fc.constantFrom(
    ...[
      'a',
      '1',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      '&',
      '*',
      '!',
      '|',
      '>',
      '"',
      "'",
      '#',
      '%',
      '?',
      ',',
    ],
    ...[
      '<<',
      '\t',
      '\r',
      '\uFEFF',
      '\\',
      '~',
      '.',
      '=',
      '!!set ',
      '!<',
      '---',
      '...',
      '😀',
      '\u0000',
      '\uD800',
    ],
  )
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), (source) => {
      try {
        parseYaml(source, 'x').documents.map(toValue)
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('refused with place, cause and hint', () => {
  test.each([
    ['a: {{ x }}', 'x.yaml:1:4: YAML reads {{ as the beginning of a mapping', 'a template needs quotes'],
    ['a: {{ x }}/bin', 'x.yaml:1:11: not valid YAML', 'needs quotes around all of it'],
    ['a:\n\tb: 1', 'x.yaml:2:1: not valid YAML: tab characters', 'indent with spaces'],
    ['a: @x', 'x.yaml:1:4: not valid YAML', 'begins with @ needs quotes'],
    ['a: b: c', 'x.yaml:1:5: not valid YAML', 'a colon and a space'],
    ['a: [1, 2', 'x.yaml:1:9: not valid YAML: unexpected end', ''],
    ['? [a]\n: 1', 'x.yaml:1:3: a list cannot be a key', ''],
    ['a: !unsave x', 'x.yaml:1:4: no such tag is known', 'did you mean "!unsafe"'],
    ['a: !!python/object:os.system x', 'x.yaml:1:4: no such tag is known', 'needs quotes'],
    ['a: !!binary aGk=', 'x.yaml:1:4: no such tag is known', 'base64'],
    ['a: !!set x', 'x.yaml:1:10: !!set does not fit text', ''],
    ['a: !!str [1]', 'x.yaml:1:10: !!str does not fit a list', ''],
    ['first: &first 1\nb: *frist', 'x.yaml:2:5: no anchor of that name', 'did you mean "first"'],
    ['a: &x [*x]', 'x.yaml:1:9: an alias stands inside its own anchor', ''],
    ['!secret a: 1', 'x.yaml:1:9: a key cannot be !secret', ''],
    ['a: !secret "{{ x }}"', 'x.yaml:1:13: !secret takes text, not a template', 'mark the values'],
    ['a: !vault [1]', 'x.yaml:1:11: !vault belongs in front of encrypted text', ''],
  ])('%j', (source, message, hint) => {
    expect(refusal(source)).toContain(message)
    expect(refusal(source)).toContain(hint)
  })

  test('all at once', () => {
    expect(refusal('a: !x 1\nb: *y\nc: 2031-02-30\n').match(/^x\.yaml:\d/gm)).toEqual([
      'x.yaml:1',
      'x.yaml:2',
      'x.yaml:3',
    ])
  })

  test.each([
    'ansible_password: hunter2: x',
    'v: !secret hunter2: x',
    'user: {name: ann, hunter2 x: y: z}',
    'v: {a: hunter2, b: c',
    'v: [hunter2',
    'v: !secret |\n    hunter2\n  hunter2: x\n',
    'v: "hunter2',
    'v: "hunter2\\q"',
    "v: 'hunter2' x",
    'v: *hunter2',
    'v: &a [*a, hunter2]',
    'v: !hunter2 x',
    'v: !hunter2!x y',
    'v: !<hunter2 y> x',
    'v: !!int hunter2',
    'v: @hunter2',
    'v: `hunter2',
    'v: %hunter2',
    'v:\n\thunter2',
    'hunter2\nv: x',
  ])('shows nothing of the text: %j', (source) => {
    expect(refusal(source)).not.toContain('hunter2')
  })
})
