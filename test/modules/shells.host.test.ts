import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/connection/connection.ts'
import { connectThrough } from '../../src/connection/local.ts'
import { ON_PURPOSE } from '../cases-on-purpose/modules.ts'
import { startHosts, type TestHosts } from '../hosts/index.ts'
import { caseNames, readCase } from './conformance/case.ts'
import { compareCase } from './conformance/compare-case.ts'
import { runCase } from './conformance/run-case.ts'

/** Modules that need nothing but a shell and the basic tools, so that they must work with busybox alone. */
const NAMES = caseNames().filter((name) => /^(command|copy|file|shell|template)\//.test(name))

/** Run as root, without sudo. */
const AS_USER = ['copy/53-not-permitted', 'file/40-not-writable']

/** Texts of GNU's tools, which busybox words in its own way. */
const GNU_WORDS = ['command/02-nonzero']

let hosts: TestHosts
beforeAll(async () => {
  hosts = await startHosts(1)
  await hosts.hosts[0]!.sh('mkdir /opt/busybox; busybox --install -s /opt/busybox')
})
afterAll(() => hosts?.stop())

describe.each([
  ['bash', '/usr/bin:/usr/sbin:/bin:/sbin', ['bash', '--posix']],
  ['busybox', '/opt/busybox', ['/usr/bin/busybox', 'sh']],
] as const)('with %s', (shell, path, words) => {
  let connection: Connection
  beforeAll(() => {
    const container = hosts.hosts[0]!.container.getId()
    connection = connectThrough((given) => {
      const replaced = given.flatMap((word) => (word === '/bin/sh' ? words : [word]))
      return spawn('docker', [
        'exec',
        '-i',
        '-w',
        '/home/ops',
        container,
        '/usr/bin/env',
        `PATH=${path}`,
        ...replaced,
      ])
    })
  })
  afterAll(() => connection?.close())

  const skipped = shell === 'busybox' ? [...AS_USER, ...GNU_WORDS] : AS_USER
  it.each(NAMES.filter((name) => !skipped.includes(name)))('%s', async (name) => {
    const recorded = readCase(name, { host: '127.0.0.1', port: 9 })
    const differences = compareCase(recorded, await runCase(recorded, hosts.hosts[0]!, connection, undefined))
    const allowed = ON_PURPOSE[name]?.differs ?? []
    expect(differences.map(({ part }) => part).sort(), JSON.stringify(differences, null, 2)).toEqual(
      [...allowed].sort(),
    )
  })
})
