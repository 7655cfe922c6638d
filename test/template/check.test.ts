import { describe, expect, test } from 'vitest'
import { filterParameters, testParameters } from '../../src/template/call-mistakes.ts'
import { checkTemplate, checkTemplateFile } from '../../src/template/check.ts'
import { knownFilterNames, knownTestNames } from '../../src/template/evaluator/values/known.ts'
import { engineOver, template } from './support.ts'

describe('checkTemplate', () => {
  test('finds nothing wrong with what is fine, whatever is undefined', () => {
    expect(
      checkTemplate(template("{{ nosuch.x | default('y') }}{% if a is defined %}{{ a }}{% endif %}")),
    ).toEqual([])
    expect(checkTemplate({ expression: "a is match('x') and b | length > 0" })).toEqual([])
    expect(checkTemplate(template("{{ 'x' | ansible.builtin.upper }}"))).toEqual([])
  })

  test('finds lookups that do not exist, with the nearest name', () => {
    expect(checkTemplate(template("{{ lookup('fle', 'x') }}{{ query('env', 'X') }}{{ q(name) }}"))).toEqual([
      {
        message: "No lookup named 'fle'.",
        position: { file: 'site.yaml', line: 1, column: 11 },
        hint: 'did you mean "file"?',
      },
    ])
  })

  test('finds all unknown filters and tests, with place and nearest name, also where Ansible waits', () => {
    const problems = checkTemplate(
      template('{{ a | uper }}{% if b %}{{ c | qqqqq }}{% endif %}{{ d is defind }}', 3, 5),
    )
    expect(problems).toEqual([
      {
        message: "No filter named 'uper'.",
        position: { file: 'site.yaml', line: 3, column: 12 },
        hint: 'did you mean "upper"?',
      },
      {
        message: "No filter named 'qqqqq'.",
        position: { file: 'site.yaml', line: 3, column: 36 },
        hint: undefined,
      },
      {
        message: "No test named 'defind'.",
        position: { file: 'site.yaml', line: 3, column: 63 },
        hint: 'did you mean "defined"?',
      },
    ])
  })

  test('says where a filter of a collection is', () => {
    const [problem] = checkTemplate({ expression: "a | json_query('b')" })
    expect(problem?.hint).toContain('community.general')
  })

  test('finds the first syntax error', () => {
    expect(checkTemplate(template('{{ a +* b }}', 3, 5))).toEqual([
      {
        message: "Syntax error in template: unexpected '*'",
        position: { file: 'site.yaml', line: 3, column: 11 },
      },
    ])
    const position = { file: 'site.yaml', line: 8, column: 9 }
    expect(checkTemplate({ expression: 'a ==', position })).toEqual([
      {
        message: "Syntax error in expression: unexpected 'end of template'",
        position: { ...position, column: 13 },
      },
    ])
    expect(checkTemplateFile('a\n{% endfor %}', 'a.j2')).toEqual([
      {
        message: "Syntax error in template: Encountered unknown tag 'endfor'.",
        position: { file: 'a.j2', line: 2, column: 4 },
      },
    ])
  })

  test('an unknown filter in a branch that is not taken is no error of the evaluation', () => {
    expect(engineOver().resolve(template('{% if false %}{{ 1 | nosuch }}{% endif %}ok'))).toBe('ok')
    expect(() => engineOver().resolve(template('{% for i in [] %}{{ i | nosuch }}{% endfor %}'))).toThrow(
      "No filter named 'nosuch'.",
    )
  })

  test.each<[string, string | undefined]>([
    [
      "'a' | b64encode(nosuch=1)",
      "'ansible.builtin.b64encode' failed: got an unexpected keyword argument 'nosuch'",
    ],
    ["'a' | upper(1)", "'ansible.builtin.upper' failed: takes at most 0 arguments but 1 were given"],
    ["'a' | replace('x')", "'ansible.builtin.replace' failed: missing a required argument: 'new'"],
    ["'a' | replace('x', 'y', old='z')", 'got multiple values for argument'],
    [
      'a | default(1, true, 3)',
      "'ansible.builtin.default' failed: takes at most 2 arguments but 3 were given",
    ],
    ["'a' | regex_search('x', '\\1', nosuch=1)", "got an unexpected keyword argument 'nosuch'"],
    ["'a' is version('1', sctrict=true)", "test plugin 'ansible.builtin.version' failed: got an unexpected"],
    ["'a' is match(nosuch=1)", "test plugin 'ansible.builtin.match' failed: got an unexpected"],
    ["[] | map('b64encode', nosuch=1)", "'ansible.builtin.b64encode' failed: got an unexpected"],
    ["[] | map('nosuch')", "No filter named 'nosuch'."],
    ["[] | select('nosuch')", "No test named 'nosuch'."],
    ["[] | rejectattr('a', 'version')", "missing a required argument: 'version'"],
    ["lookup('file', 'x', lstripp=1)", "there is no option 'lstripp'; known: lstrip, rstrip"],
    ["query('template', 'x', jinja2_native=1, convert_dat=1)", "no option 'convert_dat'"],
    ["'a' | default('x' | upper(1))", 'takes at most 0 arguments'],
    // What can work is left to its turn.
    ["lookup('file', 'x', lstripp=1, errors='ignore')", undefined],
    ["'a' | replace(*words)", undefined],
    ["'a' | replace('x', **more)", undefined],
    ["[] | map('replace', 'x', 'y') | map(attribute='z', default=1)", undefined],
    ["'a' | regex_search('(x)', '\\1', multiline=true)", undefined],
    ["lookup('file', 'x', 'y', wantlist=true, rstrip=false)", undefined],
    ["'%s' | format(1, 2, 3)", undefined],
  ])('arguments: %s', (expression, message) => {
    const found = checkTemplate({ expression }).map((one) => one.message)
    expect(found).toEqual(message === undefined ? [] : [expect.stringContaining(message)])
  })

  test('every filter and test tells its parameters, but for those that take whatever comes', () => {
    expect(knownFilterNames().filter((name) => filterParameters(name) === undefined)).toEqual([
      'map',
      'select',
      'reject',
      'selectattr',
      'rejectattr',
      'to_nice_json',
      'format',
      'vault',
      'unvault',
    ])
    expect(knownTestNames().filter((name) => testParameters(name) === undefined)).toEqual([
      'defined',
      'undefined',
      'callable',
      'filter',
      'test',
      'sameas',
    ])
  })
})
