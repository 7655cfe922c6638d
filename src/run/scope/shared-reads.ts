import { type FileHandle, open } from 'node:fs/promises'

/** Bytes of a block: large enough that reading is no work, small enough for a host on a slow link. */
const BLOCK = 128 * 1024

/** Blocks kept for the readers that come behind, all files together: 8 MiB. */
const KEPT = 64

/** A file that somebody reads. */
interface Shared {
  readonly path: string
  readonly handle: Promise<FileHandle>
  readonly blocks: Map<number, Promise<Buffer>>
  readers: number
}

/**
 * Reads files for many readers at about the same time, as when one file goes to every host: a block is read once and
 * shared by those who are not too far apart. What is kept does not grow with the readers.
 */
export class SharedReads {
  readonly #files = new Map<string, Shared>()
  /** The kept blocks, the oldest first. */
  #kept: { readonly file: Shared; readonly index: number }[] = []
  /** Blocks read from files, for tests. */
  blocks = 0

  /**
   * The bytes of a file, in blocks that nobody may write to. Those who read it while others do see the same file, also
   * when another is put in its place meanwhile.
   *
   * @throws what opening and reading a file throws
   */
  async *read(path: string): AsyncGenerator<Buffer, void, void> {
    const file = this.#files.get(path) ?? this.#open(path)
    file.readers += 1
    try {
      for (let index = 0; ; index += 1) {
        const block = await this.#block(file, index)
        if (block.length > 0) yield block
        if (block.length < BLOCK) return
      }
    } finally {
      file.readers -= 1
      if (file.readers === 0) await this.#close(file)
    }
  }

  #open(path: string): Shared {
    const file: Shared = { path, handle: open(path), blocks: new Map(), readers: 0 }
    this.#files.set(path, file)
    return file
  }

  async #close(file: Shared): Promise<void> {
    this.#files.delete(file.path)
    this.#kept = this.#kept.filter((kept) => kept.file !== file)
    const handle = await file.handle.catch(() => undefined)
    await handle?.close()
  }

  #block(file: Shared, index: number): Promise<Buffer> {
    const known = file.blocks.get(index)
    if (known !== undefined) return known
    const block = this.#readBlock(file, index)
    file.blocks.set(index, block)
    this.#kept.push({ file, index })
    const oldest = this.#kept.length > KEPT ? this.#kept.shift() : undefined
    oldest?.file.blocks.delete(oldest.index)
    return block
  }

  /** Shorter than a block only at the end of the file. */
  async #readBlock(file: Shared, index: number): Promise<Buffer> {
    const handle = await file.handle
    this.blocks += 1
    // Of its own, not from Node's pool: it lives as long as the slowest host needs it.
    const block = Buffer.allocUnsafeSlow(BLOCK)
    let filled = 0
    while (filled < BLOCK) {
      const { bytesRead } = await handle.read(block, filled, BLOCK - filled, index * BLOCK + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return block.subarray(0, filled)
  }
}
