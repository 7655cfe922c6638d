import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Adds a line to a file with one write at its end, which no other process can come between, and makes sure that it is
 * on disk. Makes the file (0600) and its folder (0700) when they are missing. A last line without an end gets one.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    await file.write(`${size > 0 && last[0] !== 0x0a ? '\n' : ''}${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}
