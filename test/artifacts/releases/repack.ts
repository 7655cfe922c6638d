import { execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'

/** Level of compression: near the size of the default at half of its time. */
const LEVEL = 4

async function gzipOutput(command: string, parameters: readonly string[], path: string): Promise<void> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code} while making ${path}`)),
    )
  })
  await Promise.all([pipeline(child.stdout, createGzip({ level: LEVEL }), createWriteStream(path)), ended])
}

/** The same archive as upstream's .tar.gz, from a .tar.xz. */
export function xzToGz(from: string, to: string): Promise<void> {
  return gzipOutput('xz', ['-dc', from], to)
}

/** A folder as a .tar.gz that holds the folder, as upstream's do. */
export function folderToGz(parent: string, folder: string, to: string): Promise<void> {
  return gzipOutput('tar', ['-C', parent, '--owner=0', '--group=0', '--sort=name', '-c', folder], to)
}

/** Runs a program; its output belongs into the error when it fails. */
export async function call(command: string, parameters: readonly string[], cwd?: string): Promise<void> {
  await promisify(execFile)(command, [...parameters], { cwd, maxBuffer: 16 * 2 ** 20 })
}
