import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { aptAutomatic } from '../../src/probes/apt-mark.ts'
import { aptPolicy } from '../../src/probes/apt-policy.ts'
import { debFile, suggestedNames } from '../../src/probes/deb-file.ts'
import type { Probe } from '../../src/probes/probe.ts'
import { probeSteps } from '../../src/probes/request.ts'
import type { Output } from '../../src/values/transfer.ts'
import { describeShells } from '../connection/shells.ts'
import { askInline } from './inline.ts'

/** What probes make of an output. */
function read<A>(probes: readonly Probe<A>[], stdout: string, more: Partial<Output> = {}): A[] {
  const output = {
    ...{ rc: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) },
    ...{ seconds: 0, truncated: false, timedOut: false },
    ...more,
  }
  const [step] = probeSteps(probes)
  return step!.read(output).map((answer, at) => {
    if (typeof answer === 'symbol') throw new Error('it moved')
    if ('failure' in answer) throw answer.failure
    return probes[at]!.interpret(answer.raw)
  })
}

describe("apt's policy", () => {
  const POLICY = `curl:
  Installed: 7.88.1-10+deb12u7
  Candidate: 7.88.1-10+deb12u8
  Version table:
     7.88.1-10+deb12u8 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
 *** 7.88.1-10+deb12u7 100
        100 /var/lib/dpkg/status
mail-transport-agent:
  Installed: (none)
  Candidate: (none)
  Version table:
`

  it('is a candidate and versions, the newest first', () => {
    const names = ['mail-transport-agent', 'curl:amd64', 'unknown', 'curl']
    const curl = {
      candidate: '7.88.1-10+deb12u8',
      versions: ['7.88.1-10+deb12u8', '7.88.1-10+deb12u7'],
    }
    const nothing = { candidate: null, versions: [] }
    expect(read(names.map(aptPolicy), POLICY)).toEqual([nothing, curl, nothing, curl])
  })

  it('is not guessed from a part of the answer', () => {
    expect(() => read([aptPolicy('curl')], POLICY, { truncated: true })).toThrow('printed too much')
    expect(read([aptPolicy('curl')], 'curl:\n  Candidate: $(id)\n')).toEqual([
      { candidate: null, versions: [] },
    ])
  })
})

describe('a package file', () => {
  it.each([
    ['/var/cache/amazon-ssm-agent.deb', ['amazon-ssm-agent']],
    ['casepkg_1.0-1_all.deb', ['casepkg']],
    ['/srv/grafana-agent-0.44.2-1.amd64.deb', ['grafana-agent-0.44.2-1.amd64', 'grafana-agent']],
    ['/srv/libstdc++6.deb', ['libstdc++6']],
    ['/srv/-f.deb', ['-']],
    ['/srv/Größe.deb', ['-']],
  ])('%s suggests names that dpkg is asked about', (path, names) => {
    expect(suggestedNames(path)).toEqual(names)
  })

  const file = (text: string) => read([debFile('/srv/casepkg.deb')], text)[0]!

  it('tells of the package that its name suggests, or of all', () => {
    const rows = 'casepkg all installed 1.0\n'
    const own = file(`path\0/srv/casepkg.deb\0packages\0${rows}\0rest\0!<arch>\n\0x`)
    const all = file(`path\0/srv/casepkg.deb\0packages\0${rows}\0all\0\0rest\0!<arch>\n`)
    if (own.kind !== 'file' || all.kind !== 'file') throw new Error('no file')
    expect(own.head.toString()).toBe('!<arch>\n\0x')
    expect(own.installed('casepkg')).toEqual({ status: 'installed', version: '1.0', architecture: 'all' })
    expect(own.installed('other')).toBeUndefined()
    expect(all.installed('other')?.status).toBe('not-installed')
  })

  it('may be missing, or none, and an answer that was cut is none', () => {
    expect(file('gone\0/srv/casepkg.deb\0')).toEqual({ kind: 'missing', path: '/srv/casepkg.deb' })
    expect(file('nofile\0/srv/casepkg.deb\0')).toEqual({ kind: 'no-file', path: '/srv/casepkg.deb' })
    expect(() => file('path\0/srv/casepkg.deb\0')).toThrow('cannot be read')
    expect(() => file('nodpkg\0\0')).toThrow('the host has no dpkg')
  })
})

describeShells('the marks of apt', (words) => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-probe-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const ask = (names: readonly string[]) =>
    askInline(words, names.map(aptAutomatic), (script) =>
      script.replaceAll('/var/lib/apt/extended_states', join(folder, 'states')),
    ).answers

  test('are of the very package', () => {
    const entry = (name: string, value: number) =>
      `Package: ${name}\nArchitecture: amd64\nAuto-Installed: ${value}\n\n`
    writeFileSync(
      join(folder, 'states'),
      [entry('libaxb', 1), entry('g++', 1), entry('sed', 0), entry('sed-extra', 1)].join(''),
    )
    expect(ask(['liba.b', 'g++', 'sed', 'libaxb:amd64', 'none'])).toEqual([false, true, false, true, false])
  })

  test('are none where apt has marked nothing yet', () => {
    expect(ask(['sed'])).toEqual([false])
  })
})
