import { createHash } from 'node:crypto'
import { lstat, open, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import {
  type ControllerFile,
  type ControllerFiles,
  type ControllerTree,
  NotFound,
} from '../../modules/controller-files.ts'
import type { Text } from '../../modules/parameters.ts'
import { InputError } from '../../values/problem.ts'
import { revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { PushSource } from '../../values/transfer.ts'
import { isVaultText } from '../../vault/envelope.ts'
import { LARGEST_SOPS, openBytes } from '../../vault/open-content.ts'
import { isSopsFile } from '../../vault/sops.ts'
import { SharedReads } from './shared-reads.ts'

/** Bytes read for a digest at a time. */
const HASHED_AT_ONCE = 256 * 1024

/** What is remembered of files, by path. */
interface SharedFiles {
  readonly reads: SharedReads
  readonly known: Map<string, { stamp: string; file: Promise<ControllerFile> }>
  readonly pinned: Map<string, { readonly sha256: string; readonly url: string | undefined }>
  /** One object a file, also with an address: what is computed of a file is remembered by object. */
  readonly fetched: WeakMap<ControllerFile, ControllerFile>
}

/**
 * The files beside a playbook, looked for as Ansible does: in `files/` (or `templates/`), then in the playbook's
 * folder. A file is hashed once, however many hosts it goes to; a changed file (size or time) is hashed again.
 */
export class PlaybookFiles implements ControllerFiles {
  readonly #search: readonly string[]
  readonly #learn: (secret: Secret) => void
  readonly #shared: SharedFiles

  /**
   * @param search folders, the nearest first
   * @param learn is told what encrypted files hold, when they are opened
   */
  constructor(
    search: string | readonly string[],
    learn: (secret: Secret) => void = () => {},
    shared: SharedFiles = {
      reads: new SharedReads(),
      known: new Map(),
      pinned: new Map(),
      fetched: new WeakMap(),
    },
  ) {
    this.#search = typeof search === 'string' ? [search] : search
    this.#learn = learn
    this.#shared = shared
  }

  /** The same files, looked for elsewhere: what is known of a file holds wherever it was found from. */
  from(search: readonly string[]): PlaybookFiles {
    return new PlaybookFiles(search, this.#learn, this.#shared)
  }

  async find(folder: 'files' | 'templates' | 'vars', name: Text): Promise<ControllerFile> {
    const path = revealText(name)
    const searched = this.#places(folder, path)
    for (const place of searched) {
      const found = await stat(place).catch(() => undefined)
      if (found?.isFile()) {
        const stamp = `${found.size} ${found.mtimeMs} ${found.ino}`
        let known = this.#shared.known.get(place)
        if (known?.stamp !== stamp) {
          known = { stamp, file: this.#hashed(place, found.size, found.mode & 0o7777) }
          this.#shared.known.set(place, known)
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
    this.#shared.pinned.set(path, { sha256, url })
  }

  #asPinned(file: ControllerFile): ControllerFile {
    const pinned = this.#shared.pinned.get(file.path)
    if (pinned === undefined) return file
    if (pinned.sha256 === file.sha256) return pinned.url === undefined ? file : this.#at(file, pinned.url)
    throw new TaskFailure(`${file.path} was changed after it was checked`, {
      hint: `it had sha256 ${pinned.sha256} and has ${file.sha256} now: find out who changed it, and run again`,
    })
  }

  #at(file: ControllerFile, url: string): ControllerFile {
    const known = this.#shared.fetched.get(file)
    if (known?.url === url) return known
    const fetched = { ...file, url }
    this.#shared.fetched.set(file, fetched)
    return fetched
  }

  async findTree(folder: 'files' | 'vars', path: string): Promise<ControllerTree> {
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

  async #hashed(path: string, size: number, mode: number): Promise<ControllerFile> {
    if (await isEncrypted(path, size)) return openedFile(path, mode, this.#learn)
    const [sha256 = ''] = await digestsOf(path, ['sha256'])
    return {
      path,
      mode,
      size,
      sha256,
      read: () => this.#shared.reads.read(path),
      digests: (algorithms) => digestsOf(path, algorithms),
    }
  }

  #places(folder: string, path: string): string[] {
    if (isAbsolute(path)) return [path]
    return this.#search.flatMap((directory) => [join(directory, folder, path), join(directory, path)])
  }
}

function notFound(path: string, searched: readonly string[]): NotFound {
  return new NotFound(`Could not find or access '${path}'`, {
    hint: `searched in ${searched.join(', ')}`,
  })
}

/** Hex. Read into one buffer over and over: blocks of their own would be garbage as large as the file. */
async function digestsOf(path: string, algorithms: readonly string[]): Promise<string[]> {
  const hashes = algorithms.map((algorithm) => createHash(algorithm))
  const buffer = Buffer.allocUnsafeSlow(HASHED_AT_ONCE)
  await using file = await open(path)
  for (;;) {
    const { bytesRead } = await file.read(buffer)
    if (bytesRead === 0) return hashes.map((hash) => hash.digest('hex'))
    for (const hash of hashes) hash.update(buffer.subarray(0, bytesRead))
  }
}

async function isEncrypted(path: string, size: number): Promise<boolean> {
  // SOPS says so at the end of its files, which are small ones.
  if (size <= LARGEST_SOPS) {
    const content = await readFile(path)
    return isVaultText(content) || isSopsFile(content.toString('latin1'))
  }
  const handle = await open(path)
  try {
    const head = Buffer.alloc(16)
    await handle.read(head, 0, head.length, 0)
    return isVaultText(head)
  } finally {
    await handle.close()
  }
}

/** A file encrypted with Ansible Vault or SOPS, with the content that it holds: ciphertext is of no use on a host. */
async function openedFile(
  path: string,
  mode: number,
  learn: (secret: Secret) => void,
): Promise<ControllerFile> {
  try {
    const { content } = openBytes(await readFile(path), path)
    learn(new Secret(content.toString()))
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
