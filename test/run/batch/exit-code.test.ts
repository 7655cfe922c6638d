import { expect, test } from 'vitest'
import { Input } from '../input.ts'

// What pipelines test, as Ansible has it (facts/plays.md, section 15).

const HOSTS = `all:
  hosts:
    good: { ansible_connection: local }
    bad: { ansible_connection: local }
    gone: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody }
`
/** `bad` fails; who answers does not. */
const TASK = '- command: test {{ inventory_hostname }} != bad'

const play = (hosts: string, more = '') => `- hosts: ${hosts}\n${more}  tasks:\n    ${TASK}\n`

test.each<[string, string, number]>([
  ['all well', play('good'), 0],
  ['a host failed', play('good:bad'), 2],
  ['a host was unreachable', play('good:gone'), 4],
  ['one failed and another was unreachable', play('all'), 4],
  [
    'one was unreachable in an earlier play, another failed in the last',
    play('good:gone') + play('good:bad'),
    4,
  ],
  [
    'stopped by the budget, which an unreachable host and a failed one are over',
    play('all', '  max_fail_percentage: 40\n') + play('good'),
    2,
  ],
  ['a failure that is ignored', `${play('bad')}      ignore_errors: true\n`, 0],
])('%s', async (_, playbook, code) => {
  const input = await Input.write({ 'hosts.yaml': HOSTS, 'play.yaml': playbook })
  try {
    const { result } = await input.apply({ connection: 'ssh', check: false })
    expect(result.exitCode).toBe(code)
  } finally {
    await input.remove()
  }
})
