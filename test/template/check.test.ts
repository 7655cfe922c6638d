import { describe, expect, test } from 'vitest'
import { checkTemplate, checkTemplateFile } from '../../src/template/check.ts'
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
        hint: "did you mean 'file'?",
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
        hint: "did you mean 'upper'?",
      },
      {
        message: "No filter named 'qqqqq'.",
        position: { file: 'site.yaml', line: 3, column: 36 },
        hint: undefined,
      },
      {
        message: "No test named 'defind'.",
        position: { file: 'site.yaml', line: 3, column: 63 },
        hint: "did you mean 'defined'?",
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
})
