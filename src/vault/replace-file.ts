import { randomBytes } from 'node:crypto'
import { chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file as a whole or not at all: a hidden file beside it, then a rename. A link keeps leading to the file; mode
 * and owner of one that is there stay, a new one is for its owner alone.
 */
export async function replaceFile(path: string, content: Buffer | string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const before = await stat(target).catch(() => undefined)
  const hidden = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  try {
    const handle = await open(hidden, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (before !== undefined) {
      // Only root may give a file away; everybody else owns it already or cannot keep its owner.
      await chown(hidden, before.uid, before.gid).catch(() => {})
      await chmod(hidden, before.mode & 0o7777)
    }
    await rename(hidden, target)
  } catch (error) {
    await rm(hidden, { force: true })
    throw error
  }
}
