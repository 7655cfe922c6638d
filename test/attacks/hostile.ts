import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ConnectionSettings } from '../../src/connection/connection.ts'
import { makeKey } from '../faults/sshd.ts'

/** A hostile sshd in a process of its own, and settings that reach it. */
export interface Hostile {
  readonly settings: ConnectionSettings
  /** Resolves when it does the harm. */
  readonly begun: Promise<unknown>
  stop(): Promise<void>
}

/** @param harm one of those in hostile-sshd.ts */
export async function hostileSshd(harm: string, changes: Partial<ConnectionSettings> = {}): Promise<Hostile> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-hostile-'))
  const hostKey = join(folder, 'host_key')
  makeKey(hostKey)
  const program = join(import.meta.dirname, 'hostile-sshd.ts')
  const server = spawn(process.execPath, [program, harm, hostKey], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: server.stdout })
  const [port] = (await once(lines, 'line')) as [string]
  const begun = once(lines, 'line').catch(() => {})
  const known = join(folder, 'known_hosts')
  const [type, blob] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ')
  writeFileSync(known, `[127.0.0.1]:${port} ${type} ${blob}\n`)
  return {
    begun,
    settings: {
      kind: 'ssh',
      name: 'evil',
      host: '127.0.0.1',
      port: Number(port),
      user: 'ops',
      knownHostsFiles: [known],
      hostKeys: 'strict',
      connectTimeout: 10,
      ...changes,
    },
    async stop() {
      server.kill()
      await once(server, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Bytes that this process holds, after garbage was collected; buffers are let go of a moment after it. */
export async function held(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  await wait(50)
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
