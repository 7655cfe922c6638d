import { describe, expect, it } from 'vitest'
import { checkArguments, readParameters } from '../../src/modules/check-parameters.ts'
import type { ParameterSpec } from '../../src/modules/parameters.ts'
import { Float } from '../../src/values/float.ts'
import { Secret } from '../../src/values/secret.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import type { Value } from '../../src/values/value.ts'

const spec = {
  parameters: {
    path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'Where.' },
    state: { type: 'str', choices: ['absent', 'directory', 'file'], default: 'file', doc: 'Kind.' },
    proxy: { type: 'str', choices: ['all', 'no', 'none'], doc: 'A choice that YAML makes a boolean.' },
    mode: { type: 'mode', doc: 'Mode.' },
    owner: { type: 'str', doc: 'Owner.' },
    password: { type: 'str', secret: true, doc: 'Password.' },
    recurse: { type: 'bool', default: false, doc: 'Deep.' },
    gid: { type: 'int', doc: 'Number.' },
    wait: { type: 'float', doc: 'Seconds.' },
    groups: { type: 'list', doc: 'Groups.' },
    ports: { type: 'list', elements: 'int', doc: 'Ports.' },
    headers: { type: 'dict', doc: 'Headers.' },
    that: { type: 'conditions', doc: 'Conditions.' },
    expr: { type: 'expression', doc: 'Expression.' },
    any: { type: 'raw', doc: 'Any.' },
    src: { type: 'path', doc: 'From.' },
    content: { type: 'str', doc: 'Text.' },
  },
  mutuallyExclusive: [['src', 'content']],
  requiredBy: { owner: ['mode'] },
  requiredIf: [['state', 'directory', ['mode']]],
} as const satisfies ParameterSpec
const module = { name: 'thing', spec }

const read = (args: Record<string, Value>) =>
  readParameters(module, new Map(Object.entries({ path: '/x', ...args })))

function failure(args: Record<string, Value>): string {
  try {
    read(args)
  } catch (error) {
    expect(error).toBeInstanceOf(TaskFailure)
    return (error as TaskFailure).message
  }
  throw new Error('the arguments were accepted')
}

describe('readParameters', () => {
  it('fills in defaults and leaves the rest undefined', () => {
    const parameters = read({})
    expect(parameters.path).toBe('/x')
    expect(parameters.state).toBe('file')
    expect(parameters.recurse).toBe(false)
    expect(parameters.owner).toBeUndefined()
  })

  it('takes the alias where a parameter and its alias are given', () => {
    expect(read({ path: '/a', dest: '/b' }).path).toBe('/b')
    expect(
      readParameters(
        module,
        new Map([
          ['dest', '/b'],
          ['path', '/a'],
        ]),
      ).path,
    ).toBe('/b')
  })

  it.each<[Value, boolean]>([
    ['yes', true],
    ['On', true],
    ['T', true],
    [1, true],
    ['1', true],
    [new Float(1), true],
    ['no', false],
    ['OFF', false],
    ['f', false],
    [0, false],
    [false, false],
  ])('reads %j as the boolean %j', (value, expected) => {
    expect(read({ recurse: value }).recurse).toBe(expected)
  })

  it.each<[Value, number]>([
    [7, 7],
    ['7', 7],
    [' -7 ', -7],
    ['7.0', 7],
    [new Float(7), 7],
  ])('reads %j as the integer %j', (value, expected) => {
    expect(read({ gid: value }).gid).toBe(expected)
  })

  it.each<[Value, string]>([
    [5, '5'],
    [true, 'True'],
    [new Float(1), '1.0'],
    [new Float(1e16), '1e+16'],
    [9007199254740993n, '9007199254740993'],
  ])('writes %s as text as Python does: %s', (value, expected) => {
    expect(read({ owner: value, mode: '0644' }).owner).toBe(expected)
  })

  it('splits text at commas for a list and takes a number as one element', () => {
    expect(read({ groups: 'a, b,c' }).groups).toEqual(['a', 'b', 'c'])
    expect(read({ groups: 5 }).groups).toEqual(['5'])
    expect(read({ groups: '' }).groups).toEqual([])
    expect(read({ ports: '80,443' }).ports).toEqual([80, 443])
    expect(read({ ports: [80, '443'] }).ports).toEqual([80, 443])
  })

  it('reads a mapping from JSON or pairs', () => {
    expect(read({ headers: '{"a": [1, 1.5]}' }).headers).toEqual(new Map([['a', [1, new Float(1.5)]]]))
    expect(read({ headers: 'a=1, b="x y",c=d=e' }).headers).toEqual(
      new Map([
        ['a', '1'],
        ['b', 'x y'],
        ['c', 'd=e'],
      ]),
    )
  })

  it.each([
    ['0644', '0644'],
    ['644', '0644'],
    ['02775', '02775'],
    ['0o640', '0640'],
    ['0', '00'],
    ['u=rw+x,g=u-w,o-rwx', 'u=rw+x,g=u-w,o-rwx'],
    ['a+X', 'a+X'],
    ['preserve', 'preserve'],
  ])('takes the mode %s', (mode, expected) => {
    expect(read({ mode }).mode).toBe(expected)
  })

  it.each(['0888', 'rw', 'u=q', '', 'u=rw,,g=r', '077777'])('refuses the mode %j', (mode) => {
    expect(failure({ mode })).toBe('mode must be in octal or symbolic form')
  })

  it('refuses a mode that is a number, since its text is lost', () => {
    expect(failure({ mode: 644 })).toContain('is the number 644')
  })

  it('makes a choice of what YAML made a boolean', () => {
    expect(read({ proxy: false }).proxy).toBe('no')
  })

  it('keeps conditions as written, one or several', () => {
    const template = new TemplateText('{{ x }}')
    expect(read({ that: 'a == 1' }).that).toEqual(['a == 1'])
    expect(read({ that: ['a', true, template] }).that).toEqual(['a', true, template])
    expect(failure({ that: [1] })).toBe('Conditional expressions must be strings.')
    expect(failure({ that: '' })).toBe('Empty conditional expressions are not allowed.')
  })

  it('never takes the result of a template for an expression', () => {
    expect(read({ expr: 'a | length' }).expr).toBe('a | length')
    expect(failure({ expr: new TemplateText('{{ a }}') })).toContain('takes an expression, not a template')
  })

  it('keeps a Secret as it is in text, makes one where the parameter says so, and shows none', () => {
    const secret = new Secret('hunter2')
    expect(read({ content: secret }).content).toBe(secret)
    const made = read({ password: 'hunter2' }).password
    expect(made).toBeInstanceOf(Secret)
    expect((made as Secret).reveal()).toBe('hunter2')
    for (const name of ['path', 'gid', 'recurse', 'mode', 'groups', 'headers']) {
      expect(failure({ [name]: secret })).toMatch(/is secret, and a parameter of type/)
      expect(failure({ [name]: secret })).not.toContain('hunter2')
    }
    expect(failure({ state: secret })).not.toContain('hunter2')
  })

  it.each<[string, Record<string, Value>, string]>([
    [
      'unknown',
      { wrong: 1 },
      'Unsupported parameters for (thing) module: wrong. Supported parameters include: any,',
    ],
    ['choice', { state: 'folder' }, 'value of state must be one of: absent, directory, file, got: folder'],
    ['integer', { gid: 'abc' }, "argument 'gid' is of type str and we were unable to convert to int"],
    [
      'fraction',
      { gid: new Float(1.5) },
      "argument 'gid' is of type float and we were unable to convert to int",
    ],
    [
      'boolean as integer',
      { gid: true },
      "argument 'gid' is of type bool and we were unable to convert to int",
    ],
    [
      'boolean',
      { recurse: 'perhaps' },
      "argument 'recurse' is of type str and we were unable to convert to bool",
    ],
    [
      'null',
      { recurse: null },
      "argument 'recurse' is of type NoneType and we were unable to convert to bool",
    ],
    ['mapping', { headers: 'x' }, "argument 'headers' is of type str and we were unable to convert to dict"],
    [
      'list as text',
      { content: ['a'] },
      "argument 'content' is of type list and we were unable to convert to str",
    ],
    [
      'element',
      { ports: ['x'] },
      "Elements value for option 'ports' is of type str and we were unable to convert to int",
    ],
    ['exclusive', { src: '/a', content: 'b' }, 'parameters are mutually exclusive: src|content'],
    ['needed by', { owner: 'root' }, "missing parameter(s) required by 'owner': mode"],
    ['needed if', { state: 'directory' }, 'state is directory but all of the following are missing: mode'],
    ['required', { path: null }, 'missing required arguments: path'],
  ])('refuses (%s) in the words of Ansible', (_, args, message) => {
    expect(failure(args)).toContain(message)
  })

  it('says all mistakes at once', () => {
    const message = failure({ wrong: 1, gid: 'abc', state: 'folder' })
    expect(message).toContain('wrong')
    expect(message).toContain("'gid'")
    expect(message).toContain('folder')
  })

  it('is told of templates that nobody evaluated', () => {
    expect(() => read({ owner: new TemplateText('{{ x }}'), mode: '0644' })).toThrow(TypeError)
  })
})

describe('checkArguments', () => {
  const task = { file: 'play.yaml', line: 3, column: 5 }
  const check = (args: Record<string, Value>) =>
    checkArguments(module, new Map(Object.entries(args)), {
      task,
      args: new Map(
        Object.keys(args).map((name, index) => [name, { file: 'play.yaml', line: 10 + index, column: 9 }]),
      ),
    })

  it('places a mistake at its argument and what is missing at the task', () => {
    expect(check({ stat: 'x', gid: 'abc' })).toEqual([
      expect.objectContaining({
        position: { file: 'play.yaml', line: 10, column: 9 },
        hint: 'did you mean "state"?',
      }),
      expect.objectContaining({ position: { file: 'play.yaml', line: 11, column: 9 } }),
      expect.objectContaining({ position: task, message: 'missing required arguments: path' }),
    ])
  })

  it('leaves alone what only a run can know', () => {
    const template = new TemplateText('{{ x }}')
    expect(
      check({ path: template, state: template, ports: [template], owner: template, mode: template }),
    ).toEqual([])
  })

  it('still counts an argument with a template as given', () => {
    const problems = check({ path: '/x', src: new TemplateText('{{ x }}'), content: 'y' })
    expect(problems.map(({ message }) => message)).toEqual(['parameters are mutually exclusive: src|content'])
  })

  it('checks the names of free keys', () => {
    const free = { name: 'set', spec: { parameters: {}, freeKeys: true } satisfies ParameterSpec }
    const args = new Map<string, Value>([
      ['not-valid', 1],
      ['class', 1],
      ['good_1', 1],
      ['named_{{ x }}', 1],
    ])
    const messages = checkArguments(free, args, { task, args: new Map() }).map(({ message }) => message)
    expect(messages).toEqual(["Invalid variable name 'not-valid'.", "Invalid variable name 'class'."])
    expect(readParameters(free, args).free).toEqual(args)
  })
})
