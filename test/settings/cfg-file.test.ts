import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCfg } from '../../src/settings/cfg-file.ts'
import { InputError } from '../../src/values/problem.ts'

const read = (text: string) =>
  readCfg(text, 'ansible.cfg').map(({ section, key, value }) => `${section}.${key}=${value}`)

test('keys, comments and lines that go on', () => {
  const text = [
    '# remark',
    '[defaults]',
    'Forks=5 ; remark',
    'roles_path: a;b',
    'inventory = hosts # no remark',
    ' ; remark',
    '[ssh_connection]  # remark',
    'ssh_args = -o A=b',
    '    -o C=d',
    '',
    'empty =',
    'pipelining = True',
  ].join('\r\n')
  expect(read(text)).toEqual([
    'defaults.forks=5',
    'defaults.roles_path=a;b',
    'defaults.inventory=hosts # no remark',
    'ssh_connection.ssh_args=-o A=b\n-o C=d',
    'ssh_connection.empty=',
    'ssh_connection.pipelining=True',
  ])
})

test('all mistakes at once, with their places', () => {
  const text = 'forks = 1\n[defaults]\nforks = 2\nnonsense\nforks = 3\n'
  expect(() => readCfg(text, 'a.cfg')).toThrow(
    /a\.cfg:1:1: a key stands before the first \[section\]\n.*\na\.cfg:4:1: this is no key = value\n.*\na\.cfg:5:1: \[defaults\] forks is written twice/,
  )
})

test('any text is read or refused', () => {
  const lines = fc.constantFrom('[a]', 'k = v', ' more', '#', ';', '', 'k: v ; c', '[', '=', 'k')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(lines).map((parts) => parts.join('\n')),
      ),
      (text) => {
        try {
          readCfg(text, 'x')
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      },
    ),
  )
})
