import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import type { ControllerFile, ControllerFiles, ControllerTree } from '../../modules/module.ts'
import { InputError } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { PushSource } from '../../values/transfer.ts'
import { isVaultText } from '../../vault/envelope.ts'
import { openBytes } from '../../vault/open-content.ts'

/**
 * The files beside a playbook, looked for as Ansible does: in `files/` (or `templates/`), then in the playbook's
 * folder. A file is hashed once, however many hosts it goes to; a changed file (size or time) is hashed again.
 */
export class PlaybookFiles implements ControllerFiles {
  readonly #directory: string
  readonly #known = new Map<string, { stamp: string; file: Promise<ControllerFile> }>()
  readonly #pinned = new Map<string, { readonly sha256: string; readonly url: string | undefined }>()

  constructor(directory: string) {
    this.#directory = directory
  }

  async find(folder: 'files' | 'templates', path: string): Promise<ControllerFile> {
    const searched = this.#places(folder, path)
    for (const place of searched) {
      const found = await stat(place).catch(() => undefined)
      if (found?.isFile()) {
        const stamp = `${found.size} ${found.mtimeMs} ${found.ino}`
        let known = this.#known.get(place)
        if (known?.stamp !== stamp) {
          known = { stamp, file: readFileOnce(place, found.size, found.mode & 0o7777) }
          this.#known.set(place, known)
        }
        return this.#asPinned(await known.file)
      }
    }
    throw notFound(path, searched)
  }

  /**
   * From now on the file at this path is given with this content or not at all.
   * @param url where hosts fetch it themselves
   */
  pin(path: string, sha256: string, url?: string): void {
    this.#pinned.set(path, { sha256, url })
  }

  #asPinned(file: ControllerFile): ControllerFile {
    const pinned = this.#pinned.get(file.path)
    if (pinned === undefined) return file
    if (pinned.sha256 === file.sha256) return pinned.url === undefined ? file : { ...file, url: pinned.url }
    throw new TaskFailure(`${file.path} was changed after it was checked`, {
      hint: `it had sha256 ${pinned.sha256} and has ${file.sha256} now: find out who changed it, and run again`,
    })
  }

  async findTree(folder: 'files', path: string): Promise<ControllerTree> {
    const searched = this.#places(folder, path)
    for (const place of searched) {
      const found = await stat(place).catch(() => undefined)
      if (!found?.isDirectory()) continue
      const tree = { path: place, directories: [], files: [], links: [] } as {
        path: string
        directories: { name: string; mode: number }[]
        files: (ControllerFile & { name: string })[]
        links: { name: string; target: string }[]
      }
      const walk = async (directory: string): Promise<void> => {
        for (const name of (await readdir(directory)).sort()) {
          const full = join(directory, name)
          const inside = relative(place, full)
          const entry = await lstat(full)
          if (entry.isSymbolicLink()) tree.links.push({ name: inside, target: await readlink(full) })
          else if (entry.isDirectory()) {
            tree.directories.push({ name: inside, mode: entry.mode & 0o7777 })
            await walk(full)
          } else if (entry.isFile()) tree.files.push({ ...(await this.find(folder, full)), name: inside })
        }
      }
      await walk(place)
      return tree
    }
    throw notFound(path, searched)
  }

  content(content: Buffer | string): PushSource {
    const bytes = Buffer.from(content)
    return {
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      async *read() {
        yield bytes
      },
    }
  }

  #places(folder: string, path: string): string[] {
    if (isAbsolute(path)) return [path]
    return [join(this.#directory, folder, path), join(this.#directory, path)]
  }
}

function notFound(path: string, searched: readonly string[]): TaskFailure {
  return new TaskFailure(`Could not find or access '${path}'`, {
    hint: `searched in ${searched.join(', ')}`,
  })
}

async function readFileOnce(path: string, size: number, mode: number): Promise<ControllerFile> {
  if (await isVaultFile(path)) return openedFile(path, mode)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return {
    path,
    mode,
    size,
    sha256: hash.digest('hex'),
    read: () => createReadStream(path) as AsyncIterable<Buffer>,
  }
}

async function isVaultFile(path: string): Promise<boolean> {
  const handle = await open(path)
  try {
    const head = Buffer.alloc(16)
    await handle.read(head, 0, head.length, 0)
    return isVaultText(head)
  } finally {
    await handle.close()
  }
}

/** A file encrypted with Ansible Vault, with the content that it holds: ciphertext is of no use on a host. */
async function openedFile(path: string, mode: number): Promise<ControllerFile> {
  try {
    const { content } = openBytes(await readFile(path), path)
    return {
      path,
      mode,
      secret: true,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      async *read() {
        yield content
      },
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { message, hint } = error.problems[0]!
    throw new TaskFailure(`${path} ${message}`, hint === undefined ? {} : { hint })
  }
}
