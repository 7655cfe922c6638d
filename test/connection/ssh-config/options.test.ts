import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { chooseAlgorithms } from '../../../src/connection/ssh-config/algorithms.ts'
import { readSshWords } from '../../../src/connection/ssh-config/arguments.ts'
import { SshConfig } from '../../../src/connection/ssh-config/evaluate.ts'
import { OPTION_NAMES, optionOf } from '../../../src/connection/ssh-config/options.ts'
import { matchesPattern } from '../../../src/connection/ssh-config/patterns.ts'
import { resolveSsh } from '../../../src/connection/ssh-config/resolve.ts'

const home = mkdtempSync(join(tmpdir(), 'muster-ssh-options-'))
mkdirSync(join(home, '.ssh'), { mode: 0o700 })
afterAll(() => rmSync(home, { recursive: true }))

function resolved(text: string, host = 'web1') {
  writeFileSync(join(home, '.ssh', 'config'), text, { mode: 0o600 })
  const config = new SshConfig({ home, system: join(home, 'none') })
  return resolveSsh(config, { name: host, host, given: [], defaults: {} })
}
const told = (text: string) => resolved(text).problems.map(({ message, hint }) => `${message}: ${hint}`)

test('every option has an effect, a reason for none, takes openssh, or is refused', () => {
  for (const name of OPTION_NAMES) {
    const { treatment } = optionOf(name.toLowerCase())!
    const value = 'something-else'
    const { settings, problems } = resolved(`${name} ${value}\n`)
    const note = settings.decisions?.find((decision) => decision.name === name)?.note
    if (treatment.kind === 'moot') expect(note, name).toMatch(/^without effect: /)
    if (treatment.kind === 'openssh') {
      expect(settings.needsOpenssh?.join(), name).toContain(`${name} ${value}`)
      expect(note).toMatch(/openssh/)
    }
    if (treatment.kind === 'refused') {
      expect(problems.map(({ message }) => message).join(), name).toContain(`${name} ${value} is not obeyed`)
    }
    if (treatment.kind === 'obeyed') {
      const { decisions: _, ...without } = resolved('').settings
      const { decisions: __, ...with_ } = settings
      const effect = JSON.stringify(with_) !== JSON.stringify(without) || problems.length > 0
      // These need another option, or a value of their own, to be seen.
      if (name === 'ServerAliveCountMax') continue
      expect(effect, name).toBe(true)
    }
  }
})

test("every option that this machine's client prints is known", () => {
  let said: string
  try {
    said = execFileSync('ssh', ['-G', '-F', 'none', 'host'], { encoding: 'utf8' })
  } catch {
    return
  }
  const names = said
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]!.toLowerCase())
  expect(names.filter((name) => name !== 'host' && optionOf(name) === undefined)).toEqual([])
})

test('what cannot be read is told with file and line', () => {
  const file = join(home, '.ssh', 'config')
  const { problems } = resolved('Host *\n  Prot 22\nMatch exec "true"\n  User x\nUser "x\n')
  expect(problems.map(({ position, message }) => [position?.file, position?.line, message])).toEqual([
    [file, 5, 'a quote (") does not end'],
    [file, 2, 'Prot is no option of OpenSSH that muster knows'],
    [file, 3, 'Match exec is not obeyed'],
  ])
})

test.each([
  ['Port ssh', /Port: must be a whole number/],
  ['ConnectTimeout soon', /is no time/],
  ['HostName "a;b"\nProxyCommand nc %h %p', /cannot be a host/],
  ['HostName -oProxyCommand=x', /cannot be a host/],
  ['User "-oProxyCommand=x"', /cannot be a user/],
  ['ProxyJump "a b"', /is no \[user@\]host\[:port\]/],
  ['ProxyJump web1', /leads from host to host without end/],
  ['CanonicalizeHostname yes', /is not obeyed: write whole names/],
  ['IdentityFile ~/.ssh/%x', /%x has no meaning there/],
  ['AddressFamily inet7', /is not one of any, inet, inet6/],
  ['StrictHostKeyChecking maybe', /is not one of yes/],
])('%s is told', (text, message) => {
  expect(told(`${text}\n`).join()).toMatch(message)
  expect(told(`${text}\n`).join()).toContain(`${join(home, '.ssh', 'config')}:1`)
})

test('a configuration that others may write is not used', () => {
  const file = join(home, '.ssh', 'config')
  rmSync(file)
  writeFileSync(file, 'User evil\n', { mode: 0o666 })
  execFileSync('chmod', ['666', file])
  const { settings, problems } = resolveSsh(new SshConfig({ home, system: '/none' }), {
    name: 'web1',
    host: 'web1',
    given: [],
    defaults: { user: 'ops' },
  })
  expect(settings.user).toBe('ops')
  expect(problems).toMatchObject([{ message: 'others may write this file', hint: `chmod 600 ${file}` }])
  rmSync(file)
})

test('unknown options may be ignored by name', () => {
  expect(told('IgnoreUnknown Use*,Foo\nUseKeychain yes\nfoo bar\n')).toEqual([])
})

test('jump hosts have their own configuration, and hosts before them', () => {
  const { settings } = resolved(
    'Host b1\n  HostName 10.0.0.1\n  ProxyJump b0\n  ProxyCommand x\nHost b2\n  User two\nHost web1\n  ProxyJump b1,me@b2:2222\n',
  )
  expect(settings.jumps).toMatchObject([
    { name: 'b0', host: 'b0', port: 22 },
    { name: 'b1', host: '10.0.0.1', port: 22, hostKeys: 'strict' },
    { name: 'b2', host: 'b2', port: 2222, user: 'me' },
  ])
})

describe('patterns', () => {
  test('match as a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(text, pattern, (some, glob) => {
        const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesPattern(some, glob)).toBe(new RegExp(`^${source}$`).test(some))
      }),
      { numRuns: 2000 },
    )
  })

  test('with many stars end all the same', () => {
    expect(matchesPattern('a'.repeat(2000), `${'*a'.repeat(500)}b`)).toBe(false)
  })
})

test.each<[Parameters<typeof chooseAlgorithms>, string[]]>([
  [['cipher', 'aes256-ctr,unknown'], ['aes256-ctr']],
  [['cipher', 'unknown'], []],
  [
    ['hmac', '+hmac-sha1'],
    [...chooseAlgorithms('hmac', '+x'), 'hmac-sha1'],
  ],
  [
    ['hmac', '^hmac-sha2-512'],
    ['hmac-sha2-512', ...chooseAlgorithms('hmac', '-hmac-sha2-512')],
  ],
  [['hostKey', '-ecdsa-*,rsa-*'], ['ssh-ed25519']],
])('%j leaves %j', ([kind, list], left) => {
  expect(chooseAlgorithms(kind, list)).toEqual(left)
})

describe('options behind ssh', () => {
  const read = (text: string) => {
    const { options, problems, configFile } = readSshWords(text, 'args')
    return { set: options.map(({ name, words }) => `${name} ${words.join(' ')}`), problems, configFile }
  }
  test('in all their spellings', () => {
    expect(read('-vvCp22 -i "my key" -o Port=1 -oUser=x -o "UserKnownHostsFile a b" -F /f -tt')).toEqual({
      set: [
        ...[
          'LogLevel DEBUG',
          'LogLevel DEBUG',
          'Compression yes',
          'Port 22',
          'IdentityFile my key',
          'Port 1',
        ],
        ...['User x', 'UserKnownHostsFile a b', 'RequestTTY force', 'RequestTTY force'],
      ],
      problems: [],
      configFile: '/f',
    })
  })
  test.each([
    ['host', 'has host, which is no option'],
    ['-Z', 'has -Z, which muster does not know'],
    ['-p', 'has -p without a value'],
    ['-o Prot=1', 'has -o Prot, which muster does not know'],
    ['-o Port', 'has -o Port without a value'],
    ['-o "User', 'cannot be read: a quote (") does not end'],
  ])('%s is told', (text, reason) => {
    expect(read(text).problems[0]?.reason).toBe(reason)
  })
})
