import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import type { Connection } from '../../src/connection/connection.ts'
import { connectThrough } from '../../src/connection/local.ts'

/** A POSIX shell to test against; `words` is undefined where it is not installed. */
export interface TestShell {
  readonly name: string
  readonly words: readonly string[] | undefined
}

function installed(program: string): string | undefined {
  return ['/bin', '/usr/bin'].map((folder) => join(folder, program)).find(existsSync)
}

function shell(name: string, program: string, ...words: string[]): TestShell {
  const path = installed(program)
  return { name, words: path === undefined ? undefined : [path, ...words] }
}

/** `/bin/sh` must be there; the others are asked for by name. */
export const SHELLS: readonly TestShell[] = [
  { name: 'sh', words: ['/bin/sh'] },
  shell('dash', 'dash'),
  shell('bash', 'bash', '--posix'),
  shell('busybox sh', 'busybox', 'sh'),
]

/** A describe block for each shell; one that is not installed is reported as skipped, with the reason. */
export function describeShells(title: string, body: (words: readonly string[]) => void): void {
  for (const { name, words } of SHELLS) {
    if (words === undefined)
      describe.skip(`${title} in ${name} (skipped: ${name} is not installed)`, () => {})
    else describe(`${title} in ${name}`, () => body(words))
  }
}

/** A local connection whose `/bin/sh` is that shell; busybox gets its own tools too, as on a host that has nothing else. */
export function connectWith(words: readonly string[]): { connection: Connection; dispose(): Promise<void> } {
  const busybox = words.length === 2 && words[1] === 'sh'
  const folder = busybox ? mkdtempSync(join(tmpdir(), 'muster-busybox-')) : undefined
  if (folder !== undefined) execFileSync(words[0] as string, ['--install', '-s', folder])
  const environment = folder === undefined ? process.env : { ...process.env, PATH: folder }
  const connection = connectThrough((given) => {
    const replaced = given.flatMap((word) => (word === '/bin/sh' ? words : [word]))
    return spawn(replaced[0] as string, replaced.slice(1), { detached: true, env: environment })
  })
  return {
    connection,
    async dispose() {
      await connection.close()
      if (folder !== undefined) rmSync(folder, { recursive: true })
    },
  }
}
