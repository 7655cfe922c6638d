import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../record/process-start.ts'

/** Who holds a lock, over what, why, from where. */
export interface LockRecord {
  readonly run: string
  readonly playbook: string
  /** Who: the login name, before sudo; of a CI job who started it. */
  readonly by: string
  /** From where: this machine's name. */
  readonly from: string
  readonly reason?: string
  /** ISO 8601. */
  readonly since: string
  readonly hosts: readonly string[]
  /** The AWS account that is locked as a whole. */
  readonly account?: string
  /** The process: on the same machine a lock is stale when it is gone. */
  readonly pid: number
  readonly started: string | null
}

/** A lock that stands. */
export interface FoundLock {
  readonly file: string
  readonly record: LockRecord
  readonly stale: boolean
}

/** Seconds between two signs of life, and after which a lock of another machine counts as left behind. */
export const LIFE_SIGN = 60
export const EXPIRY = 15 * 60

/** Milliseconds between two looks at a mutex, and after which one whose maker cannot be asked counts as left behind. */
const MUTEX_PAUSE = 20
const MUTEX_EXPIRY = 30_000

/** The locks that stand in a folder. */
export async function findLocks(folder: string): Promise<FoundLock[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.lock')).sort()
  const found = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      const record = await readRecord(file)
      return record === undefined ? [] : [{ file, record, stale: await isStale(file, record) }]
    }),
  )
  return found.flat()
}

async function readRecord(file: string): Promise<LockRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockRecord
  } catch {
    // Taken away in between.
    return undefined
  }
}

/** On this machine the process tells; on another one only the time of the last sign of life does. */
async function isStale(file: string, { from, pid, started }: LockRecord): Promise<boolean> {
  if (from === hostname() && started !== null) return processStart(pid) !== started
  return (await ageOf(file)) > EXPIRY * 1000
}

async function ageOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  return found === undefined ? 0 : Date.now() - found.mtimeMs
}

/** A sign of life of a lock's holder. */
export async function touch(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now).catch(() => {})
}

/** Writes a lock; it is there whole or not at all. */
export async function writeLock(folder: string, record: LockRecord): Promise<string> {
  const file = join(folder, `${record.run}.lock`)
  const hidden = join(folder, `.${record.run}.${randomBytes(4).toString('hex')}`)
  await writeFile(hidden, `${JSON.stringify(record)}\n`, { flag: 'wx', mode: 0o644 })
  await rename(hidden, file)
  return file
}

/** Does something while no other process does anything to the locks of the folder. */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const mutex = join(folder, '.mutex')
  const own = join(folder, `.mutex-${randomBytes(8).toString('hex')}`)
  const holder = { from: hostname(), pid: process.pid, started: processStart(process.pid) ?? null }
  await writeFile(own, JSON.stringify(holder), { flag: 'wx', mode: 0o644 })
  try {
    // A link is made by one of those who try, and shows the whole of what was written.
    while (!(await linked(own, mutex))) {
      await removeLeftMutex(mutex)
      await sleep(MUTEX_PAUSE)
    }
    try {
      return await work()
    } finally {
      await rm(mutex, { force: true })
    }
  } finally {
    await rm(own, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeLeftMutex(mutex: string): Promise<void> {
  const holder = (await readRecord(mutex)) as Pick<LockRecord, 'from' | 'pid' | 'started'> | undefined
  if (holder === undefined) return
  const isGone =
    holder.from === hostname() && holder.started !== null
      ? processStart(holder.pid) !== holder.started
      : (await ageOf(mutex)) > MUTEX_EXPIRY
  if (isGone) await rm(mutex, { force: true })
}
