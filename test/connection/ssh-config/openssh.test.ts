import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSshWords } from '../../../src/connection/ssh-config/arguments.ts'
import { SshConfig } from '../../../src/connection/ssh-config/evaluate.ts'
import { resolveSsh, type SshSettings } from '../../../src/connection/ssh-config/resolve.ts'
import { expandTokens } from '../../../src/connection/ssh-config/tokens.ts'
import { CORPUS, type Sample } from './corpus.ts'

const version = (() => {
  try {
    return execFileSync('ssh', ['-V'], { stdio: 'pipe' }) && undefined
  } catch {
    return 'skipped: there is no ssh (openssh-client)'
  }
})()
const folder = mkdtempSync(join(tmpdir(), 'muster-ssh-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write({ config, files = {} }: Sample, index: number): string {
  const own = join(folder, String(index))
  for (const [name, text] of Object.entries({ config, ...files })) {
    mkdirSync(dirname(join(own, name)), { recursive: true })
    writeFileSync(join(own, name), text.replaceAll('DIR', own))
  }
  return join(own, 'config')
}

/** What OpenSSH's own client says, by keyword. */
function openssh(file: string, host: string, args: readonly string[]): Record<string, string[]> {
  const said: Record<string, string[]> = {}
  for (const line of execFileSync('ssh', ['-G', '-F', file, ...args, host], { encoding: 'utf8' })
    .trim()
    .split('\n')) {
    const [, keyword = '', value = ''] = /^(\S+)(?: (.*))?$/.exec(line) ?? []
    said[keyword] = [...(said[keyword] ?? []), value]
  }
  return said
}

function muster(file: string, host: string, args: readonly string[]): SshSettings {
  const words = readSshWords(args.map((word) => `'${word}'`).join(' '), 'ansible_ssh_common_args')
  expect(words.problems).toEqual([])
  const { settings, problems } = resolveSsh(new SshConfig(), {
    name: host,
    host,
    given: words.options,
    configFile: file,
    defaults: {},
  })
  expect(problems).toEqual([])
  return settings
}

const inHome = (path: string) => path.replace(/^~(?=\/)/, homedir())

describe.skipIf(version)(`decides as OpenSSH does${version ? ` (${version})` : ''}`, () => {
  const cases = CORPUS.flatMap((sample, index) => {
    const file = write(sample, index)
    return sample.hosts.map((host) => ({ what: sample.what, host, file, args: sample.args ?? [] }))
  })
  test.each(cases)('$what: $host', ({ host, file, args }) => {
    const theirs = openssh(file, host, args)
    const ours = muster(file, host, args)
    const one = (keyword: string) => theirs[keyword]?.[0]
    expect(ours.host).toBe(one('hostname'))
    expect(String(ours.port)).toBe(one('port'))
    expect(ours.user).toBe(one('user'))
    const timeout = one('connecttimeout')
    expect(ours.connectTimeout).toBe(timeout === 'none' || timeout === undefined ? 10 : Number(timeout))
    expect(ours.keepalive).toEqual(
      one('serveraliveinterval') === '0'
        ? undefined
        : { interval: Number(one('serveraliveinterval')), count: Number(one('serveralivecountmax')) },
    )
    const tokens = {
      originalHost: host,
      host: ours.host,
      port: ours.port,
      user: ours.user,
      home: homedir(),
      hostKeyAlias: ours.hostKeyAlias,
    }
    // OpenSSH prints these two before it puts in the tokens.
    const files = (keyword: string) =>
      (one(keyword) ?? '').split(' ').map((path) => inHome(expandTokens(path, tokens)))
    expect(ours.knownHostsFiles).toEqual([...files('userknownhostsfile'), ...files('globalknownhostsfile')])
    if (ours.identityFiles !== undefined) {
      expect(ours.identityFiles).toEqual(
        theirs['identityfile']?.map((path) => inHome(expandTokens(path, tokens))),
      )
    }
    expect(ours.hostKeys).toBe(
      { ask: 'strict', true: 'strict', 'accept-new': 'accept-new' }[one('stricthostkeychecking')!],
    )
    expect(ours.identitiesOnly ?? false).toBe(one('identitiesonly') === 'yes')
    expect(ours.hostKeyAlias).toBe(one('hostkeyalias'))
    expect(ours.addressFamily ?? 'any').toBe({ any: 'any', inet: 4, inet6: 6 }[one('addressfamily')!])
    expect(ours.bindAddress).toBe(one('bindaddress'))
    expect(ours.forwardAgent ?? false).toBe(one('forwardagent') === 'yes')
    if (one('preferredauthentications') !== undefined)
      expect(ours.authentications?.join(',')).toBe(one('preferredauthentications'))
    const jump = one('proxyjump') === 'none' ? undefined : one('proxyjump')
    expect(ours.jumps?.length ?? 0).toBe(jump === undefined ? 0 : jump.split(',').length)
    const command = one('proxycommand')
    expect(ours.proxyCommand).toBe(
      command === undefined || command === 'none' ? undefined : expandTokens(command, tokens),
    )
  })
})
