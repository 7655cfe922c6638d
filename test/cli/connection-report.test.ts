import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { connectionReport } from '../../src/cli/terminal/connection-report.ts'
import type { Value } from '../../src/values/value.ts'
import { CORPUS } from '../connection/ssh-config/corpus.ts'
import { RunningMuster } from '../run/muster.ts'

// What `muster inventory --host X --connection` shows, beside what OpenSSH's client says of the same configuration.

const noSsh = (() => {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'pipe' })
    return undefined
  } catch {
    return 'skipped: there is no ssh (openssh-client)'
  }
})()
const folder = mkdtempSync(join(tmpdir(), 'muster-connection-report-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the report says of a host that has nothing but this configuration. */
function report(name: string, config: string, args: readonly string[]): string {
  const words = ['-F', config, ...args].map((word) => `'${word}'`).join(' ')
  const variables = new Map<string, Value>([['ansible_ssh_common_args', words]])
  const listing = {
    inventory: { hosts: new Map(), groups: new Map(), warnings: [] },
    variables: { forHost: () => variables, positionOf: () => undefined },
    extra: new Map<string, Value>(),
  }
  return connectionReport(listing as never, name)
}

/** Keywords whose value ssh -G prints as it was written, but for the words of yes and no. */
const PLAIN = [
  ...['AddressFamily', 'BindAddress', 'ConnectTimeout', 'ForwardAgent', 'HostKeyAlias', 'IdentitiesOnly'],
  ...[
    'Port',
    'PreferredAuthentications',
    'ServerAliveCountMax',
    'ServerAliveInterval',
    'TCPKeepAlive',
    'User',
  ],
]
const word = (value: string) => {
  const [, minutes, seconds] = /^(\d+)m(\d+)s$/.exec(value) ?? []
  return minutes === undefined
    ? ({ true: 'yes', false: 'no' }[value] ?? value)
    : String(Number(minutes) * 60 + Number(seconds))
}

describe.skipIf(noSsh)(`shows what OpenSSH decides${noSsh ? ` (${noSsh})` : ''}`, () => {
  const cases = CORPUS.flatMap(({ what, config, files = {}, hosts, args = [] }, index) => {
    const own = join(folder, String(index))
    for (const [name, text] of Object.entries({ config, ...files })) {
      mkdirSync(dirname(join(own, name)), { recursive: true })
      writeFileSync(join(own, name), text.replaceAll('DIR', own))
    }
    return hosts.map((host) => ({ what, host, file: join(own, 'config'), args }))
  })

  test.each(cases)('$what: $host', ({ host, file, args }) => {
    const theirs = new Map(
      execFileSync('ssh', ['-G', '-F', file, ...args, host], { encoding: 'utf8', stdio: 'pipe' })
        .split('\n')
        .map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ') + 1)]),
    )
    const text = report(host, file, args)
    expect(text).toContain(`address: ${theirs.get('user')}@${theirs.get('hostname')}:${theirs.get('port')}\n`)
    const decided = text.slice(0, text.indexOf('\n  options of the jump host')).split('\n')
    for (const line of text.includes('options of the jump host') ? decided : text.split('\n')) {
      const [, name = '', value = '', from = ''] = /^ {4}(\w+) (.*?) {2}# ([^;]+)/.exec(line) ?? []
      if (PLAIN.includes(name) && value !== 'none')
        expect([name, word(value.replaceAll('"', ''))]).toEqual([
          name,
          word(theirs.get(name.toLowerCase()) ?? ''),
        ])
      // The file and the line that say so are those.
      const [, source, number] = /^(\/.*):(\d+)$/.exec(from) ?? []
      if (source === undefined) continue
      const said = readFileSync(source, 'utf8').split('\n')[Number(number) - 1]
      expect(said?.toLowerCase()).toContain(name.toLowerCase())
    }
  })
})

test('as the command prints it, with the files and variables that decided', async () => {
  const config = join(folder, 'own')
  writeFileSync(
    config,
    'Host 10.*\n  ProxyJump ops@gate:2200\n  ConnectTimeout 7\nHost gate\n  HostName 192.0.2.9\n',
  )
  const inventory = join(folder, 'hosts.yaml')
  writeFileSync(
    inventory,
    JSON.stringify({
      all: {
        hosts: { web01: { ansible_host: '10.0.0.1', ansible_user: 'deploy', ansible_password: 'hunter2' } },
        vars: { ansible_ssh_common_args: `-F ${config} -o ServerAliveInterval=5` },
      },
    }),
  )
  const words = ['inventory', '-i', inventory, '--host', 'web01', '--connection']
  const { code, stdout } = await new RunningMuster(words, { environment: {} }).ended
  expect(code).toBe(0)
  expect(stdout).toContain('  address: deploy@10.0.0.1:22\n')
  expect(stdout).toContain('  through: ops@192.0.2.9:2200\n')
  expect(stdout).toContain('  password: given\n')
  expect(stdout).not.toContain('hunter2')
  expect(stdout).toContain(`    ConnectTimeout 7  # ${config}:3\n`)
  expect(stdout).toMatch(/ {4}ServerAliveInterval 5 {2}# ansible_ssh_common_args\n/)
  expect(stdout).toMatch(/ {4}User deploy {2}# ansible_user\n/)
})
