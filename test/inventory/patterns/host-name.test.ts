import { expect, test } from 'vitest'
import { groupNameFault, readHostName } from '../../../src/inventory/patterns/host-name.ts'

test.each<[string, string[], number | undefined]>([
  ['web01', ['web01'], undefined],
  ['web01.example.com:2222', ['web01.example.com'], 2222],
  ['web[1:2]:22', ['web1', 'web2'], 22],
  ['192.0.2.1', ['192.0.2.1'], undefined],
  ['192.0.2.[1:2]', ['192.0.2.1', '192.0.2.2'], undefined],
  ['192.0.2.1:22', ['192.0.2.1'], 22],
  ['2001:db8::5', ['2001:db8::5'], undefined],
  ['[2001:db8::5]:22', ['2001:db8::5'], 22],
  ['bücher', ['bücher'], undefined],
  ['_x', ['_x'], undefined],
])('%s', (written, names, port) => {
  expect(readHostName(written)).toEqual({ names, port })
})

test.each([
  ['user@h', 'ansible_user: user'],
  ['a,b', 'a key of its own'],
  ['a b', 'a key of its own'],
  ['h*', 'wildcards belong in patterns'],
  ['h:ssh', 'a port is a number'],
  ['h:22:33', 'a port is a number'],
  ['h:', 'a port is a number'],
  ['h:0', 'not between 1 and 65535'],
  ['h:65536', 'not between 1 and 65535'],
  ['[2001:db8::5]', 'write 2001:db8::5 without brackets'],
  ['', 'is no host name'],
  ['-oProxyCommand=x', 'is no host name'],
  ['../../etc/passwd', 'is no host name'],
  ['a/b', 'is no host name'],
  ['.', 'is no host name'],
  ['..', 'is no host name'],
  ['~x', 'is no host name'],
  ['!x', 'is no host name'],
  ['&x', 'is no host name'],
  ['@x', 'is no host name'],
  ['$(reboot)', 'is no host name'],
  ['a;reboot', 'is no host name'],
  ['a\u0000', 'is no host name'],
  ['a\u001b[31m', 'is not closed'],
  ['a\u202eb', 'is no host name'],
  ['x'.repeat(254), 'is no host name'],
])('%j is refused', (written, words) => {
  const fault = readHostName(written)
  expect('message' in fault && `${fault.message} ${fault.hint}`).toContain(words)
})

test('a message shows hidden characters', () => {
  expect(readHostName('a\u0007')).toMatchObject({ message: '"a\\u0007" is no host name' })
})

test.each(['web', 'web-tier', '10_rack', 'data center.1', 'größe', 'a'])('%s may be a group', (name) => {
  expect(groupNameFault(name)).toBeUndefined()
})

test.each(['', '..', '../x', 'a/b', 'web:children', 'a,b', '*', '~a', '!a', '-x', 'a\nb', 'a '])(
  '%j may not be a group',
  (name) => {
    expect(groupNameFault(name)?.message).toContain('is no group name')
  },
)
