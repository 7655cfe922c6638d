import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tasksIn } from '../../src/playbook/entries.ts'
import type { Playbook, Task } from '../../src/playbook/playbook.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { Float } from '../../src/values/float.ts'
import { InputError } from '../../src/values/problem.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import { dict } from '../../src/values/value.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-playbook-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

const read = async (text: string): Promise<Playbook> => readPlaybook(await write('play.yaml', text))

/** The only task of a play with this task, written without indentation. */
async function task(text: string): Promise<Task> {
  const indented = text.trim().replaceAll('\n', '\n      ')
  return (await read(`- hosts: all\n  tasks:\n    - ${indented}\n`)).plays.flatMap(({ tasks }) =>
    tasksIn(tasks),
  )[0]!
}

/** `line:column message` and the hint of every mistake. */
async function mistakes(reading: Promise<unknown>): Promise<string[]> {
  try {
    await reading
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(
      ({ position, message, hint }) => `${position?.line}:${position?.column} ${message} (${hint})`,
    )
  }
  throw new Error('no mistake was found')
}

describe('a playbook', () => {
  it('is read with everything it says', async () => {
    await write('more.yaml', 'c: 3\n')
    const { plays } = await read(`
- name: web servers
  hosts: web:!db
  become: yes
  vars: {a: 1, b: "{{ a }}"}
  vars_files: [more.yaml, ["{{ os }}.yaml", more.yaml]]
  serial: [1, "50%"]
  max_fail_percentage: 33.3
  environment: {HTTP_PROXY: http://proxy}
  tags: play
  no_log: "{{ quiet }}"
  remote_user: ops
  gather_facts: false
  tasks:
    - name: first
      debug: {msg: "{{ a }}"}
      when: [a == 1, b is defined]
      loop: [1, 2]
      loop_control: {loop_var: number, index_var: at, label: "{{ number }}"}
      register: result
      notify: restart
      tags: a,b
      changed_when: result.rc == 0
      failed_when: false
      ignore_errors: true
      check_mode: no
      until: result is success
      retries: "5"
      delay: 0.5
      timeout: 30
      vars: {c: 1}
      become: false
      become_user: app
  handlers:
    - name: restart
      listen: [topic]
      debug:
`)
    const play = plays[0]!
    expect(play).toMatchObject({
      name: 'web servers',
      position: { line: 2, column: 3 },
      hosts: 'web:!db',
      become: true,
      serial: [1, '50%'],
      maxFailPercentage: new Float(33.3),
      environment: dict({ HTTP_PROXY: 'http://proxy' }),
      tags: ['play'],
      remoteUser: 'ops',
    })
    expect(play.noLog).toBeInstanceOf(TemplateText)
    expect([...play.vars.keys()]).toEqual(['a', 'b'])
    expect(play.varsFiles.map(({ position }) => position.line)).toEqual([6, 6])
    expect(play.tasks).toEqual([
      expect.objectContaining({
        id: 't1',
        name: 'first',
        module: 'debug',
        when: [
          { test: 'a == 1', position: expect.objectContaining({ line: 17 }) },
          { test: 'b is defined', position: expect.objectContaining({ line: 17 }) },
        ],
        loop: [1, 2],
        loopControl: { loopVar: 'number', indexVar: 'at', label: expect.any(TemplateText) },
        register: 'result',
        notify: ['restart'],
        tags: ['play', 'a', 'b'],
        changedWhen: ['result.rc == 0'],
        failedWhen: [false],
        ignoreErrors: true,
        checkMode: false,
        until: ['result is success'],
        retries: 5,
        delay: new Float(0.5),
        timeout: 30,
        become: false,
        becomeUser: 'app',
      }),
    ])
    expect(play.handlers.flat()).toEqual([
      expect.objectContaining({
        id: 'h1',
        name: 'restart',
        listen: ['topic'],
        tags: ['play'],
        args: new Map(),
      }),
    ])
    expect('become' in play.handlers.flat()[0]!).toBe(false)
  })

  it('must be a list of plays', async () => {
    expect(await mistakes(read(''))).toEqual([expect.stringContaining('the playbook is empty')])
    expect(await mistakes(read('hosts: all\n'))).toEqual([
      expect.stringContaining('1:1 a playbook is a list of plays'),
    ])
    expect(await mistakes(read('[]\n'))).toEqual([expect.stringContaining('the playbook has no plays')])
    expect(await mistakes(read('- all\n'))).toEqual([expect.stringContaining('1:3 a play is a mapping')])
    expect(await mistakes(readPlaybook(join(directory, 'nosuch.yaml')))).toEqual([
      expect.stringContaining('no such file'),
    ])
  })

  it('is refused with all its mistakes at once, each at its place', async () => {
    const found = await mistakes(
      read(`- hosts: []
  taskss: []
- hosts: all
  serial: many
  max_fail_percentage: -1
  become: perhaps
  vars: {bad-name: 1}
  tasks:
    - debug: {msgg: x}
      whenn: true
    - debug: {msg: x}
      fail:
    - name: nothing
    - comand: true
    - debug:
      register: not-valid
      notify: nosuch
      retries: -1
      loop: text
      when: ""
`),
    )
    expect(found).toEqual([
      '1:10 Hosts list cannot be empty. (write `hosts: all`)',
      `2:3 'taskss' is no keyword of a play (did you mean "tasks"?)`,
      '4:11 serial takes a whole number of hosts, a percentage like "30%", or a list of them (undefined)',
      '5:24 max_fail_percentage takes a number from 0 to 100, or text like "30%" (undefined)',
      expect.stringContaining("6:11 become: the value 'perhaps' could not be converted to 'bool'"),
      expect.stringContaining("7:10 Invalid variable name 'bad-name'."),
      expect.stringMatching(/^9:15 Unsupported parameters for \(debug\) module: msgg.*did you mean "msg"/),
      `10:7 'whenn' is no keyword of a task (did you mean "when"?)`,
      '11:7 conflicting action statements: debug, fail (write a task for each)',
      expect.stringContaining('13:7 no module/action detected in task.'),
      expect.stringContaining("14:7 couldn't resolve module/action 'comand'"),
      expect.stringContaining("16:17 Invalid 'register' specified: 'not-valid' is no variable name"),
      "17:15 no handler is named 'nosuch' or listens to it (the play has no handlers)",
      expect.stringContaining("18:16 retries: the value '-1' could not be converted to 'int'"),
      expect.stringContaining('19:13 loop takes a list'),
      expect.stringContaining('20:14 Empty conditional expressions are not allowed.'),
    ])
  })

  it('must not have a key twice', async () => {
    expect(await mistakes(read('- hosts: all\n  hosts: web\n  tasks: []\n'))).toEqual([
      expect.stringMatching(/^2:3 .*hosts/),
    ])
  })
})

describe('what muster has not yet', () => {
  it.each([
    ['debug:\nbecome_method: su', "become_method 'su' is not supported by muster yet"],
    ['debug: "{{ arguments }}"', 'all arguments in one template are not supported by muster yet'],
  ])('%s', async (text, message) => {
    const found = await mistakes(task(text))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
    expect(found[0]).not.toContain('(undefined)')
  })

  it.each(['debugger'])('%s of a play', async (keyword) => {
    expect(await mistakes(read(`- hosts: all\n  ${keyword}: []\n`))).toEqual([
      expect.stringContaining(`2:3 '${keyword}' is not supported by muster yet (a play)`),
    ])
  })

  it('leaves no second mistake where a handler could not be read', async () => {
    const found = await mistakes(
      read(
        '- hosts: all\n  tasks:\n    - debug:\n      notify: x\n  handlers:\n    - name: x\n      include_tasks: x\n',
      ),
    )
    expect(found).toEqual([expect.stringContaining("7:22 Could not find or access 'x'")])
  })

  it('says where a keyword of another place belongs', async () => {
    expect(await mistakes(task('debug:\nlisten: topic'))).toEqual([
      "4:7 'listen' is no keyword of a task (it belongs to a handler)",
    ])
    expect(await mistakes(task('debug:\nserial: 1'))).toEqual([
      "4:7 'serial' is no keyword of a task (it belongs to a play)",
    ])
  })
})

describe('a module and its arguments', () => {
  it('are taken from a mapping, from text, and from action and args', async () => {
    expect((await task('debug: {msg: [1]}')).args).toEqual(new Map([['msg', [1]]]))
    expect((await task('debug: msg="a b" verbosity=1')).args).toEqual(
      new Map([
        ['msg', 'a b'],
        ['verbosity', '1'],
      ]),
    )
    expect((await task('action: debug msg=x')).args).toEqual(new Map([['msg', 'x']]))
    expect((await task('action: {module: debug, msg: x}')).args).toEqual(new Map([['msg', 'x']]))
    expect((await task('ansible.builtin.debug:\nargs: {msg: x}')).args).toEqual(new Map([['msg', 'x']]))
  })

  it('keep templates of text as templates', async () => {
    const read = await task('set_fact: a=1 b={{ 1 }} c="x {{ d | default("y z") }}"')
    expect(read.args.get('a')).toBe('1')
    expect(read.args.get('b')).toEqual(expect.objectContaining({ source: '{{ 1 }}' }))
    expect(read.args.get('c')).toEqual(expect.objectContaining({ source: 'x {{ d | default("y z") }}' }))
  })

  it('keep conditions as expressions', async () => {
    expect((await task('assert: {that: [a == 1, "{{ b }}", true]}')).args.get('that')).toEqual([
      'a == 1',
      'b',
      true,
    ])
    expect((await task('assert: {that: a == 1}')).args.get('that')).toEqual(['a == 1'])
  })

  it.each([
    ['debug: hello', 'debug: a word that is no key=value'],
    ['debug: msg="x', 'failed at splitting arguments'],
    ['debug: [x]', 'the arguments of debug are a mapping, not a list'],
    ['debug: 5', 'the arguments of debug are a mapping'],
    ['debug: {msg: x}\nargs: {msg: y}', "the argument 'msg' is given twice"],
    ['debug:\nargs: x', 'args is a mapping'],
    ['action: nosuch x=1', "couldn't resolve module/action 'nosuch'"],
    ['action:', 'action takes a module'],
    ['debug: {var: "{{ x }}"}', "'var' takes an expression, not a template"],
    ['assert: {that: [1]}', 'Conditional expressions must be strings: it is the value 1.'],
    ['assert:', 'missing required arguments: that'],
    ['set_fact: {not-valid: 1}', "Invalid variable name 'not-valid'."],
  ])('are refused: %s', async (text, message) => {
    const found = await mistakes(task(text))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})

describe('conditions', () => {
  it.each([
    ['true', [true]],
    ['"true"', ['true']],
    ['[]', []],
    ['null', []],
    ['"{{ x > 1 }}"', ['x > 1']],
    ['"{{- x -}}"', ['x']],
    [`"'{{ x }}' == '1'"`, ["'{{ x }}' == '1'"]],
    ['[a, b == 1]', ['a', 'b == 1']],
  ])('when: %s', async (text, expected) => {
    const { when } = await task(`debug:\nwhen: ${text}`)
    expect(when.map(({ test }) => test)).toEqual(expected)
  })

  it.each(['1', '2.0', '{a: 1}', '[[a]]', '[1]', '[null]'])('when: %s is refused', async (text) => {
    expect(await mistakes(task(`debug:\nwhen: ${text}`))).toEqual([
      expect.stringContaining('Conditional expressions must be strings'),
    ])
  })

  it('an empty changed_when is refused, an empty list is as if it were not there', async () => {
    expect(await mistakes(task('debug:\nchanged_when:'))).toEqual([
      expect.stringContaining('changed_when: Empty conditional expressions are not allowed.'),
    ])
    expect((await task('debug:\nchanged_when: []')).changedWhen).toBeUndefined()
  })
})

describe('templates', () => {
  it('are checked wherever they stand, each at its place', async () => {
    await write('more.yaml', 'd: "{{ 1 | nosuch_d }}"\n')
    await write('templates/x.conf.j2', 'first\n{{ 1 | nosuch_file }}\n')
    const found = await mistakes(
      read(`- name: "{{ 1 | nosuch_name }}"
  hosts: all
  vars: {a: ["{{ 1 | nosuch_a }}"]}
  vars_files: more.yaml
  become: "{{ 1 | nosuch_become }}"
  tasks:
    - debug: {msg: "x {{ 1 | nosuch_msg }}"}
      when: [a | nosuch_when, "{{ a | nosuch_braces }}"]
      loop: "{{ 1 | nosuch_loop }}"
      loop_control: {label: "{{ 1 | nosuch_label }}"}
      environment: {A: "{{ 1 | nosuch_environment }}"}
      until: a is nosuch_until
    - debug: msg={{ 1 | nosuch_text }}
    - debug: {var: a | nosuch_var}
    - assert: {that: [a | nosuch_that]}
    - template: {src: x.conf.j2, dest: /etc/x}
    - command: echo {{ x
    - debug: {msg: "{{ x + }}"}
`),
    )
    for (const name of 'name a become msg when braces loop label environment text var that'.split(' ')) {
      expect(found.filter((text) => text.includes(`No filter named 'nosuch_${name}'.`))).toHaveLength(1)
    }
    expect(found).toContainEqual(expect.stringMatching(/^1:12 .*nosuch_d'/))
    expect(found).toContainEqual(expect.stringMatching(/^2:8 .*nosuch_file'/))
    expect(found).toContainEqual(expect.stringMatching(/^7:30 .*nosuch_msg'/))
    expect(found).toContainEqual(expect.stringMatching(/^12:19 No test named 'nosuch_until'/))
    expect(found).toContainEqual(expect.stringMatching(/^17:.*unbalanced jinja2 block or quotes/))
    expect(found).toContainEqual(expect.stringMatching(/^18:\d+ Syntax error/))
    expect(found).toHaveLength(17)
  })

  it('with marks of their own in a template file are left to the run', async () => {
    await write('templates/x.j2', '{{ 1 | nosuch }} [[ a ]]\n')
    const read = await task(
      'template: {src: x.j2, dest: /x, variable_start_string: "[[", variable_end_string: "]]"}',
    )
    expect(read.module).toBe('template')
  })
})

describe('names', () => {
  it.each(['null', '""', 'off'])('name: %s is no name', async (name) => {
    expect((await task(`name: ${name}\ndebug:`)).name).toBeUndefined()
  })

  it('a number is a name', async () => {
    expect((await task('name: 5\ndebug:')).name).toBe('5')
  })
})

describe('handlers', () => {
  const play = (notify: string, handlers: string) =>
    read(`- hosts: all\n  tasks:\n    - debug:\n      notify: ${notify}\n  handlers:\n${handlers}`)

  it('are known by name and by topic', async () => {
    const { plays } = await play('[one, topic]', '    - name: one\n      debug:\n      listen: topic\n')
    expect(tasksIn(plays[0]!.tasks)[0]!.notify).toEqual(['one', 'topic'])
  })

  it('with a template in a name may have any name', async () => {
    const { plays } = await play('some', '    - name: "{{ x }}"\n      debug:\n')
    expect(tasksIn(plays[0]!.tasks)[0]!.notify).toEqual(['some'])
  })

  it('are told when they do not exist, with the nearest', async () => {
    expect(await mistakes(play('restrt', '    - name: restart\n      debug:\n'))).toEqual([
      `4:15 no handler is named 'restrt' or listens to it (did you mean "restart"?)`,
    ])
  })

  it('that nothing can notify are refused', async () => {
    expect(await mistakes(read('- hosts: all\n  handlers:\n    - debug:\n'))).toEqual([
      '3:7 nothing can notify this handler (give it a name or `listen`)',
    ])
  })
})

describe('files of variables', () => {
  const play = (files: string) => read(`- hosts: all\n  vars_files: ${files}\n`)

  it('must be there, unless a template decides', async () => {
    expect(await mistakes(play('[nosuch.yaml]'))).toEqual([
      expect.stringMatching(
        /^2:16 vars_files: no such file: nosuch\.yaml \(searched in .*vars\/nosuch\.yaml, /,
      ),
    ])
    expect((await play('["{{ x }}.yaml"]')).plays[0]!.varsFiles).toHaveLength(1)
  })

  it('are looked for in vars/ first; of a list the first that exists is meant', async () => {
    await write('vars/a.yaml', 'a: 1\n')
    expect((await play('a.yaml')).plays[0]!.varsFiles[0]!.value).toBe('a.yaml')
    expect((await play('[[nosuch.yaml, a.yaml]]')).plays[0]!.varsFiles[0]!.value).toEqual([
      'nosuch.yaml',
      'a.yaml',
    ])
  })

  it('must be mappings of variables', async () => {
    await write('list.yaml', '- 1\n')
    await write('names.yaml', 'a-b: 1\n')
    await write('broken.yaml', 'a: [\n')
    const found = await mistakes(play('[list.yaml, names.yaml, broken.yaml]'))
    expect(found).toHaveLength(3)
    expect(found.join('\n')).toContain('variables are a mapping')
    expect(found.join('\n')).toContain("Invalid variable name 'a-b'.")
    expect(found.join('\n')).toContain('not valid YAML')
  })
})

describe('import_playbook', () => {
  const other =
    '- hosts: web\n  vars: { a: 1, b: 1 }\n  tasks:\n    - debug:\n      when: x\n      tags: own\n'

  it('stands for the plays of the file, with its variables, tags and conditions', async () => {
    await write('other.yaml', other)
    const { plays } = await read(
      '- import_playbook: other.yaml\n  vars: { b: 2 }\n  tags: [t]\n  when: y\n- hosts: db\n',
    )
    expect(plays.map((play) => play.hosts)).toEqual(['web', 'db'])
    expect([...plays[0]!.vars]).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(plays[0]!.tasks[0]).toMatchObject({
      when: [{ test: 'y' }, { test: 'x' }],
      tags: ['t', 'own'],
    })
  })

  it('tells the mistakes of the file it names, and its own', async () => {
    await write('other.yaml', '- hosts: web\n  taskss: []\n')
    await write('circle.yaml', '- import_playbook: play.yaml\n')
    expect(
      await mistakes(
        read(
          '- import_playbook: other.yaml\n  become: true\n- import_playbook: nosuch.yaml\n- import_playbook: ../x.yaml\n- import_playbook: circle.yaml\n',
        ),
      ),
    ).toEqual([
      expect.stringContaining('imports itself'),
      expect.stringContaining("2:3 'taskss' is no keyword of a play"),
      expect.stringContaining("2:3 'become' is no keyword of an import"),
      expect.stringContaining('3:20 import_playbook: no such file: nosuch.yaml'),
      expect.stringContaining('4:20 import_playbook: no such file: ../x.yaml'),
    ])
  })
})

describe('import_tasks', () => {
  it('stands for the tasks of the file, also in handlers, with its conditions first', async () => {
    await write('tasks/more.yaml', '- debug:\n  when: x\n  become: false\n- import_tasks: tasks/last.yaml\n')
    await write('tasks/last.yaml', '- debug: { msg: last }\n  notify: h\n')
    await write('handlers.yaml', '- name: h\n  debug:\n')
    const { plays } = await read(
      '- hosts: all\n  tasks:\n    - debug:\n    - import_tasks: tasks/more.yaml\n      when: y\n      become: true\n      vars: { a: 1 }\n  handlers:\n    - import_tasks: handlers.yaml\n',
    )
    const [play] = plays
    const tasks = tasksIn(play!.tasks)
    const told = tasks.map(({ id, when, become }) => ({ id, when: when.map(({ test }) => test), become }))
    expect(told).toEqual([
      { id: 't1', when: [], become: undefined },
      { id: 't2', when: ['y', 'x'], become: false },
      { id: 't3', when: ['y'], become: true },
    ])
    expect(tasks[2]!.vars.get('a')).toBe(1)
    expect(play!.handlers.flat().map(({ id }) => id)).toEqual(['h1'])
  })

  it('is refused with a loop, a template, or a file that is missing or imports itself', async () => {
    await write('self.yaml', '- import_tasks: self.yaml\n')
    const found = await mistakes(
      read(
        '- hosts: all\n  tasks:\n    - import_tasks: self.yaml\n      loop: [1]\n    - import_tasks: "{{ x }}"\n    - import_tasks: nosuch.yaml\n',
      ),
    )
    expect(found).toEqual([
      expect.stringContaining("4:7 You cannot use loops on 'import_tasks' statements."),
      expect.stringContaining("5:22 import_tasks: 'x' is undefined"),
      expect.stringContaining('6:21 import_tasks: no such file: nosuch.yaml'),
      expect.stringContaining('1:17 import_tasks'),
    ])
  })
})
