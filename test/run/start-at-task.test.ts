import { expect, test } from 'vitest'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { Input } from './input.ts'

const FILES = {
  'hosts.yaml': 'all: { hosts: { a: , b: } }\n',
  'inc.yml': '- { name: included, debug: }\n',
  'roles/r/tasks/main.yml': '- { name: first, debug: }\n- { name: "second {{ 1 }}", debug: }\n',
  'play.yaml': `
- hosts: all
  gather_facts: false
  pre_tasks: [{ name: pre, debug: , tags: always }]
  roles: [r]
  tasks:
    - block:
        - { name: in block, command: /bin/false }
        - { name: after, debug: }
      rescue: [{ name: rescue, debug: }]
      always: [{ name: always, debug: }]
    - import_tasks: inc.yml
    - include_tasks: inc.yml
    - meta: noop
- hosts: a
  gather_facts: false
  tasks: [{ name: later, debug: }]
`,
}

async function run(words: RunWords, answers?: string[]) {
  const input = await Input.write(FILES)
  const asked: string[] = []
  const askVariable = async ({ prompt }: { prompt: string }) => {
    asked.push(prompt)
    return answers?.shift() ?? ''
  }
  try {
    const { events } = await input.apply(
      { check: false, ...words },
      answers === undefined ? {} : { askVariable },
    )
    return {
      asked,
      done: events.flatMap((event) => (event.type === 'task' ? [`${event.host} ${event.task}`] : [])),
    }
  } finally {
    await input.remove()
  }
}
const of = (host: string, lines: readonly string[]) =>
  lines.filter((line) => line.startsWith(`${host} `)).map((line) => line.slice(2))

test.each([
  [
    'second*',
    ['r : second 1', 'in block', 'rescue', 'always', 'included', 'include_tasks', 'included', 'later'],
  ],
  [
    'r : first',
    [
      'r : first',
      'r : second 1',
      'in block',
      'rescue',
      'always',
      'included',
      'include_tasks',
      'included',
      'later',
    ],
  ],
  ['in block', ['in block', 'rescue', 'always', 'included', 'include_tasks', 'included', 'later']],
  ['after', ['after', 'always', 'included', 'include_tasks', 'included', 'later']],
  ['always', ['always', 'included', 'include_tasks', 'included', 'later']],
  ['include_tasks', ['include_tasks', 'included', 'later']],
  ['later', ['later']],
])('--start-at-task %s', async (startAtTask, tasks) => {
  const { done } = await run({ startAtTask })
  expect(of('a', done)).toEqual(tasks)
  expect(of('b', done)).toEqual(tasks.filter((name) => name !== 'later'))
})

test('a rescue, and what no task is called, cannot be begun with', async () => {
  const input = await Input.write(FILES)
  try {
    expect(await input.problems({ startAtTask: 'rescue' })).toEqual([
      expect.stringContaining('No matching task "rescue" found'),
    ])
    expect(await input.problems({ startAtTask: 'secnd' })).toHaveLength(1)
    expect(await input.problems({ step: true })).toEqual([expect.stringContaining('there is no terminal')])
  } finally {
    await input.remove()
  }
})

test('--step asks once a task for all hosts, not for meta, and goes on without asking when told so', async () => {
  const { asked, done } = await run({ step: true, forks: 2 }, ['y', '', 'yes', 'n', 'Y', 'no', 'c'])
  const title = (prompt: string) => /TASK: (.*) \(N\)o/.exec(prompt)?.[1]
  expect(asked.map(title)).toEqual([
    'pre',
    'r : first',
    'r : second {{ 1 }}',
    'in block',
    'after',
    'always',
    'included',
  ])
  for (const host of ['a', 'b'])
    expect(of(host, done)).toEqual([
      ...['pre', 'r : second 1', 'after', 'included', 'include_tasks', 'included'],
      ...(host === 'a' ? ['later'] : []),
    ])
})
