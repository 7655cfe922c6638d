import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type HostPath, shownPath } from './expand-path.ts'
import { strictText } from './fields.ts'
import { MOVED } from './probe.ts'
import type { PathFacts, Stat } from './stat.ts'

/** One of numbers, one for the owner's name, one for the group's. */
export const LINES_OF_STAT = 3

interface Seen {
  readonly path: Buffer
  readonly directory: Buffer
  readonly flags: string
}

/** What all paths are, in their order; `MOVED` for one that changed while it was asked for. @throws TaskFailure */
export function readAll(
  output: Output,
  paths: readonly HostPath[],
): (PathFacts | TaskFailure | typeof MOVED)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('look at files: the host printed too much')
  return readFacts(output.stdout, paths)
}

/** The same from what was printed. @throws TaskFailure for an answer that is none */
export function readFacts(
  stdout: Buffer,
  paths: readonly HostPath[],
): (PathFacts | TaskFailure | typeof MOVED)[] {
  const reader = new Reader(stdout)
  const seen = paths.map((): Seen => {
    const flags = reader.next()?.toString('latin1') ?? ''
    const path = reader.next()
    const directory = reader.next()
    if (directory === undefined || path === undefined || !/^[NEL]e?r?w?x?$/.test(flags))
      throw new TaskFailure("look at files: the host's answer cannot be read")
    return { flags, path, directory }
  })
  const there = seen.filter(({ flags }) => flags[0] !== 'N')
  const stats = readStats(reader.next() ?? Buffer.alloc(0))
  if (stats?.length === 0 && there.length === 1 && paths.length === 1)
    throw noStat(shownPath(paths[0] as HostPath))
  const links = there.filter(({ flags }) => flags[0] === 'L')
  const texts = links.map(() => reader.next())
  const leading = links.filter(({ flags }) => flags.includes('e'))
  const reals = leading.map(() => reader.next())
  const followed = readStats(reader.rest())
  if (stats?.length !== there.length || followed?.length !== leading.length || texts.includes(undefined))
    return paths.map(() => MOVED)
  const at = (all: readonly Seen[]) => new Map(all.map((one, index) => [one, index]))
  const [thereAt, linkAt, leadingAt] = [at(there), at(links), at(leading)]
  return seen.map((one) =>
    orFailure(() => {
      const link = texts[linkAt.get(one) ?? -1]
      const real = reals[leadingAt.get(one) ?? -1]
      return {
        path: strictText(one.path, 'a file name'),
        stat: stats[thereAt.get(one) ?? -1] ?? null,
        link: link === undefined ? null : strictText(link, 'the text of a link'),
        target:
          real === undefined
            ? null
            : {
                path: strictText(real, 'a file name'),
                stat: followed[leadingAt.get(one) ?? -1] as Stat,
              },
        directory: one.directory.length === 0 ? null : strictText(one.directory, 'the name of a directory'),
        may: {
          read: one.flags.includes('r'),
          write: one.flags.includes('w'),
          execute: one.flags.includes('x'),
        },
      }
    }),
  )
}

/** The failure of a path about which the host said nothing that can be read. */
export function noStat(path: string): TaskFailure {
  return new TaskFailure(`cannot read the state of ${path}: the host's stat printed nothing usable`, {
    hint: 'muster needs a stat that knows -c (GNU coreutils or busybox)',
  })
}

/** What is read, or the failure of reading it. */
export function orFailure<T>(read: () => T): T | TaskFailure {
  try {
    return read()
  } catch (error) {
    if (error instanceof TaskFailure) return error
    throw error
  }
}

/** Values that end in NUL, one after the other. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Undefined when there is none. */
  next(): Buffer | undefined {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end === -1) return undefined
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    return value
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }
}

const KINDS: Readonly<Record<number, Stat['kind']>> = { 8: 'file', 4: 'directory', 10: 'link' }

/** Undefined when it is no sequence of stats. */
function readStats(bytes: Buffer): Stat[] | undefined {
  const text = bytes.toString('utf8')
  if (text === '') return []
  const rows = text.replace(/\n$/, '').split('\n')
  if (rows.length % LINES_OF_STAT !== 0) return undefined
  const stats: Stat[] = []
  for (let row = 0; row < rows.length; row += LINES_OF_STAT) {
    const numbers = /^([0-9a-f]{1,8})((?: -?\d{1,20}){11})$/.exec(rows[row] as string)
    if (numbers === null) return undefined
    const bits = Number.parseInt(numbers[1] as string, 16)
    const [uid, gid, size, atime, mtime, ctime, links, device, inode, blocks, blockSize] = (
      numbers[2] as string
    )
      .slice(1)
      .split(' ')
    stats.push({
      kind: KINDS[bits >> 12] ?? 'other',
      type: bits >> 12,
      mode: bits & 0o7777,
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      atime: Number(atime),
      mtime: Number(mtime),
      ctime: Number(ctime),
      links: Number(links),
      identity: `${device}:${inode}`,
      device: Number(device),
      inode: Number(inode),
      blocks: Number(blocks),
      blockSize: Number(blockSize),
      owner: nameOr(rows[row + 1] as string, uid as string),
      group: nameOr(rows[row + 2] as string, gid as string),
    })
  }
  return stats
}

function nameOr(name: string, id: string): string {
  return name === 'UNKNOWN' ? id : name
}
