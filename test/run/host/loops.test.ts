import { describe, expect, test } from 'vitest'
import { Input } from '../input.ts'

// Answers measured with ansible-core 2.19.14.

const FILES = {
  'hosts.yaml': 'all: { hosts: { one: } }\n',
  'files/here.txt': 'x\n',
  'templates/t.j2': 'x\n',
  'vars/v.yaml': 'x: 1\n',
}

interface Told {
  readonly items: readonly string[]
  readonly status: string
  readonly result: ReadonlyMap<unknown, unknown>
}

/** What became of the one task of a play, its items as they are labelled. */
async function loop(task: string, vars = '{}'): Promise<Told> {
  const input = await Input.write({
    ...FILES,
    'play.yaml': `- hosts: all\n  gather_facts: false\n  vars: ${vars}\n  tasks:\n${`- ${task.replaceAll('\n', '\n  ')}`.replaceAll(/^/gm, '    ')}\n`,
  })
  try {
    const { events } = await input.apply()
    const tasks = events.filter((event) => event.type === 'task')
    const whole = tasks.at(-1)!
    const items = tasks.flatMap(({ item }) => item?.replaceAll(`${input.folder}/`, '') ?? [])
    return { items, status: whole.status, result: whole.result }
  } finally {
    await input.remove()
  }
}

const DEBUG = 'debug: { msg: "{{ item }}" }\n'

describe('with_*', () => {
  test.each([
    ['with_items: [1, [2, [3]], 4]', ['1', '2', '[3]', '4']],
    ['with_items: text', ['text']],
    ['with_items: "{{ one }}"', ['a', 'b']],
    ['with_list: [1, [2, 3]]', ['1', '[2, 3]']],
    ['with_dict: { a: 1 }', ["{'key': 'a', 'value': 1}"]],
    ['with_dict: "{{ {} }}"', []],
    ['with_nested: [[1, [2, [3]]], [a, [b]]]', ["[1, 'a']", "[1, 'b']", "[2, 3, 'a']", "[2, 3, 'b']"]],
    ['with_cartesian: [[1], [a]]', ["[1, 'a']"]],
    ['with_together: [[1, [2, [3]]], [a]]', ["[1, 'a']", '[2, [3], None]']],
    ['with_subelements: ["{{ users }}", keys]', ["[{'name': 'x'}, 'k1']", "[{'name': 'x'}, 'k2']"]],
    ['with_indexed_items: [a, [b]]', ["[0, 'a']", "[1, 'b']"]],
    ['with_sequence: start=1 end=3 format=h%02d', ['h01', 'h02', 'h03']],
    ['with_flattened: [a, [b, [c]]]', ['a', 'b', 'c']],
    ['with_lines: "printf \'a\\nb\\n\'"', ['a', 'b']],
    ['with_fileglob: ["*.txt"]', ['files/here.txt']],
    ['with_random_choice: [a, a]', ['a']],
    ['with_ansible.builtin.items: [a]', ['a']],
    ['with_first_found: ["{{ nosuch }}.txt", here.txt]', ['files/here.txt']],
    ['with_first_found: [{ files: [t.j2], paths: [templates] }, here.txt]', ['templates/t.j2']],
    ['with_first_found: [{ files: [nope], skip: true }]', []],
  ])('%s', async (words, items) => {
    const told = await loop(`${DEBUG}${words}`, '{ one: [a, [b]], users: [{ name: x, keys: [k1, k2] }] }')
    expect(told.items).toEqual(items)
    expect(told.status).toBe(items.length === 0 ? 'skipped' : 'ok')
  })

  test('first_found looks where the module looks; a lookup of that name only beside the playbook', async () => {
    const template = await loop('template: { src: "{{ item }}", dest: /nowhere/x }\nwith_first_found: [t.j2]')
    expect(template.items).toEqual(['templates/t.j2'])
    const { result } = await loop(
      `debug: { msg: "{{ lookup('first_found', 'here.txt', errors='ignore') }}" }`,
    )
    expect(result.get('msg')).toBeNull()
  })

  test('what cannot be looped over is no mistake where the task is left out anyway', async () => {
    expect((await loop(`${DEBUG}with_items: "{{ nosuch }}"\nwhen: false`)).status).toBe('skipped')
    expect((await loop(`${DEBUG}with_items: "{{ nosuch }}"\nignore_errors: true`)).status).toBe('ignored')
  })

  test.each([
    ['with_nosuch: [a]', "'with_nosuch' is no loop that muster knows"],
    ['with_itmes: [a]', 'did you mean'],
    ['with_filetree: [a]', 'copy a whole folder'],
    ['with_items:', 'you must specify a value when using with_items'],
    ['with_items: [a]\nloop: [b]', 'duplicate loop in task: loop, with_items'],
    ['with_items: [a]\nwith_list: [b]', 'duplicate loop in task: with_items, with_list'],
    ['with_items: "{{ a |"', 'play.yaml:5:'],
  ])('%s is refused', async (words, message) => {
    const input = await Input.write({
      ...FILES,
      'play.yaml': `- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n      ${words.replaceAll('\n', '\n      ')}\n`,
    })
    expect(await input.problems()).toEqual([expect.stringContaining(message)])
    await input.remove()
  })
})

describe('loop_control', () => {
  test('extended tells of the whole loop, and the results keep it', async () => {
    const { items, result } = await loop(
      'debug: { msg: x }\nloop: [a, b]\nloop_control:\n  extended: true\n  index_var: i\n  label: "{{ ansible_loop.index }}/{{ ansible_loop.length }} {{ ansible_loop.allitems }} {{ i }}"',
    )
    expect(items).toEqual(["1/2 ['a', 'b'] 0", "2/2 ['a', 'b'] 1"])
    const [first, second] = result.get('results') as ReadonlyMap<string, unknown>[]
    expect(first!.get('ansible_loop')).toEqual(
      new Map<string, unknown>([
        ['index', 1],
        ['index0', 0],
        ['first', true],
        ['last', false],
        ['length', 2],
        ['revindex', 2],
        ['revindex0', 1],
        ['allitems', ['a', 'b']],
        ['nextitem', 'b'],
      ]),
    )
    expect((second!.get('ansible_loop') as ReadonlyMap<string, unknown>).get('previtem')).toBe('a')
  })

  test('allitems may be left out', async () => {
    const { result } = await loop(
      'debug: { msg: x }\nloop: [a]\nloop_control: { extended: true, extended_allitems: false }',
    )
    const [first] = result.get('results') as ReadonlyMap<string, unknown>[]
    expect((first!.get('ansible_loop') as ReadonlyMap<string, unknown>).has('allitems')).toBe(false)
  })

  test('break_when sees the result, and ends the loop', async () => {
    const { items } = await loop(
      `${DEBUG}loop: [a, b, c]\nregister: r\nloop_control: { break_when: [r.msg == 'b', true] }`,
    )
    expect(items).toEqual(['a', 'b'])
    expect((await loop(`${DEBUG}loop: [a, b]\nloop_control: { break_when: [] }`)).items).toEqual(['a', 'b'])
  })

  test('break_when with a mistake fails the task after its first item', async () => {
    const { items, status, result } = await loop(
      `${DEBUG}loop: [a, b]\nignore_errors: true\nloop_control: { break_when: item.nosuch == 1 }`,
    )
    expect(items).toEqual(['a'])
    expect(status).toBe('ignored')
    expect((result.get('results') as unknown[]).length).toBe(1)
  })

  test('a label may speak of the result', async () => {
    const { items } = await loop(`${DEBUG}loop: [a]\nregister: r\nloop_control: { label: "L{{ r.msg }}" }`)
    expect(items).toEqual(['La'])
  })

  test('pause waits between items, and nowhere else', async () => {
    const started = performance.now()
    await loop(`${DEBUG}loop: [a, b]\nloop_control: { pause: 0.3 }`)
    expect(performance.now() - started).toBeGreaterThan(300)
    const { status } = await loop(
      `${DEBUG}loop: [a, b]\nignore_errors: true\nloop_control: { pause: "{{ 'x' }}" }`,
    )
    expect(status).toBe('ignored')
  })
})
