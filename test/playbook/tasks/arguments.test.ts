import { describe, expect, it } from 'vitest'
import type { ParameterSpec } from '../../../src/modules/parameters.ts'
import { Mistakes } from '../../../src/playbook/mistakes.ts'
import { readArguments } from '../../../src/playbook/tasks/arguments.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import { parseYaml } from '../../../src/yaml/parse.ts'

const file = {
  name: 'file',
  spec: {
    parameters: {
      path: { type: 'path', required: true, doc: 'Where.' },
      mode: { type: 'mode', aliases: ['permissions'], doc: 'Mode.' },
    },
  } satisfies ParameterSpec,
}
const command = {
  name: 'command',
  spec: {
    parameters: {
      cmd: { type: 'str', doc: 'Command.' },
      creates: { type: 'path', doc: 'Made.' },
      chdir: { type: 'path', doc: 'Folder.' },
    },
    freeForm: 'cmd',
  } satisfies ParameterSpec,
}

function read(module: typeof file | typeof command, yaml: string, more?: string) {
  const mistakes = new Mistakes()
  const node = (text: string) => parseYaml(text, 'play.yaml').documents[0]!
  const { args, positions } = readArguments(
    module,
    node(yaml),
    more === undefined ? undefined : node(more),
    mistakes,
  )
  return { args: Object.fromEntries(args), positions, problems: mistakes.problems() }
}

describe('a mode', () => {
  it.each([
    ['0644', '0644'],
    ['02775', '02775'],
    ["'644'", '644'],
    ['"0644"', '0644'],
    ['0o640', '0o640'],
    ["'u=rw,g=r'", 'u=rw,g=r'],
    ['0', '00'],
  ])('%s is taken by its text', (yaml, expected) => {
    const { args, problems } = read(file, `{path: /x, mode: ${yaml}}`)
    expect(args['mode']).toBe(expected)
    expect(problems).toEqual([])
  })

  it.each([
    ['644', "write '0644'"],
    ['420', "write '0420'"],
    ['888', "write it in octal and in quotes, like '0644'"],
    ['0x1a4', "write it in octal and in quotes, like '0644'"],
  ])('%s is refused, since YAML does not read it as octal', (yaml, hint) => {
    expect(read(file, `{path: /x, mode: ${yaml}}`).problems).toEqual([
      {
        message: `the mode ${yaml} is a number without a leading zero, which YAML does not read as octal`,
        position: { file: 'play.yaml', line: 1, column: 18 },
        hint,
      },
    ])
    expect(read(file, `{path: /x, permissions: ${yaml}}`).problems).toHaveLength(1)
  })

  it('may be a template', () => {
    expect(read(file, '{mode: "{{ m }}"}').args['mode']).toBeInstanceOf(TemplateText)
  })
})

describe('free-form text', () => {
  it('goes to its parameter, with the words that command knows taken out', () => {
    expect(read(command, 'touch  x creates=/x').args).toEqual({ cmd: 'touch  x', creates: '/x' })
    expect(read(command, 'make all', '{chdir: /src}').args).toEqual({ cmd: 'make all', chdir: '/src' })
    expect(read(command, '|\n  one\n  two\n').args).toEqual({ cmd: 'one\ntwo' })
  })

  it('is a template where it has marks', () => {
    const { args } = read(command, 'echo {{ x }} creates={{ y }}')
    expect(args['cmd']).toEqual(expect.objectContaining({ source: 'echo {{ x }}' }))
    expect(args['cmd']).toBeInstanceOf(TemplateText)
    expect(args['creates']).toEqual(expect.objectContaining({ source: '{{ y }}' }))
  })

  it('keeps !unsafe text plain and !secret text secret', () => {
    expect(read(command, '!unsafe echo {{ x }}').args['cmd']).toBe('echo {{ x }}')
    expect(read(command, '!secret login hunter2').args['cmd']).toBeInstanceOf(Secret)
  })

  it.each(['true', '5'])('%s, which YAML did not take for text, is refused', (yaml) => {
    expect(read(command, yaml).problems).toEqual([
      expect.objectContaining({
        message: 'command takes text, and YAML reads this as something else',
        hint: 'put it into quotes',
      }),
    ])
  })

  it('is refused where its quotes are not closed', () => {
    expect(read(command, "echo it's").problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('command: failed at splitting arguments') }),
    ])
  })
})
