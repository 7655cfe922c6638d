import { expect, test } from 'vitest'
import { Input } from '../input.ts'

async function run(task: string) {
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { one: } }\n',
    'play.yaml': `- hosts: one\n  gather_facts: false\n  tasks:\n    - ${task.replaceAll('\n', '\n      ')}\n`,
  })
  try {
    return { problems: await input.problems(), ...(await input.apply({ check: false }).catch(() => null)) }
  } finally {
    await input.remove()
  }
}

test('async with poll is the time that a task may take', async () => {
  const slow = await run('command: sleep 60\nasync: 1\npoll: 5')
  expect(slow.result?.failures[0]?.message).toContain('Timed out after 1 second')
  const quick = await run('command: echo done\nasync: 30\npoll: 5')
  expect(quick.result?.failures).toEqual([])
})

test('poll: 0 beside async: 0 is nothing', async () => {
  expect((await run('command: echo x\nasync: 0\npoll: 0')).problems).toEqual([])
})
