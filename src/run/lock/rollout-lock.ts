import { rm } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '../../values/problem.ts'
import { visible } from '../../values/text/visible.ts'
import { processStart } from '../record/process-start.ts'
import {
  alone,
  type FoundLock,
  findLocks,
  LIFE_SIGN,
  type LockRecord,
  touch,
  writeLock,
} from './lock-folder.ts'

/** Seconds between two looks at who is in the way. */
const LOOK = 1

/** What is asked for: hosts that nobody else may work on, and the account as a whole. */
export interface LockWish {
  readonly run: string
  readonly playbook: string
  readonly hosts: readonly string[]
  readonly account?: string | undefined
  readonly reason?: string | undefined
  /** Seconds to wait for those in the way. */
  readonly wait: number
}

/** A lock that is held until it is released. */
export interface HeldLock {
  /** Locks that were left behind by a run that died, and were passed over. */
  readonly stale: readonly LockRecord[]
  release(): Promise<void>
}

/** Who works here: the login name, that before sudo; of a CI job who started it. */
export function operator(environment: NodeJS.ProcessEnv = process.env): string {
  for (const name of ['SUDO_USER', 'GITHUB_ACTOR', 'GITLAB_USER_LOGIN']) {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
  }
  try {
    return userInfo().username
  } catch {
    // A user without an entry, as in some containers.
    return String(process.getuid?.() ?? 'unknown')
  }
}

/**
 * Takes the lock of a rollout: no other run works on one of its hosts, or in its account where that is asked for, while it is held.
 * A lock whose process is gone (same machine), or which gave no sign of life for a quarter of an hour (another one), is passed over and removed.
 * @param waiting is told who is in the way, once for each
 * @throws InputError when somebody is in the way, and stays there longer than `wait`
 */
export async function takeLock(
  folder: string,
  wish: LockWish,
  signal: AbortSignal,
  waiting: (message: string) => void,
): Promise<HeldLock> {
  const until = performance.now() + wish.wait * 1000
  const told = new Set<string>()
  for (;;) {
    const taken = await alone(folder, () => tryToTake(folder, wish))
    if (!('inTheWay' in taken)) return taken
    const { record } = taken.inTheWay
    if (signal.aborted || performance.now() >= until) throw refused(wish, record)
    if (!told.has(record.run)) waiting(`waiting for ${describe(wish, record)}`)
    told.add(record.run)
    await sleep(LOOK * 1000, undefined, { signal }).catch(() => {})
  }
}

async function tryToTake(
  folder: string,
  wish: LockWish,
): Promise<HeldLock | { readonly inTheWay: FoundLock }> {
  const found = await findLocks(folder)
  const wanted = new Set(wish.hosts)
  const meets = ({ record }: FoundLock) =>
    record.hosts.some((host) => wanted.has(host)) ||
    (wish.account !== undefined && record.account === wish.account)
  const inTheWay = found.find((lock) => !lock.stale && meets(lock))
  if (inTheWay !== undefined) return { inTheWay }
  const left = found.filter(({ stale }) => stale)
  for (const { file } of left) await rm(file, { force: true })
  const file = await writeLock(folder, {
    run: wish.run,
    playbook: wish.playbook,
    by: operator(),
    from: hostname(),
    ...(wish.reason === undefined ? {} : { reason: wish.reason }),
    since: new Date().toISOString(),
    hosts: wish.hosts,
    ...(wish.account === undefined ? {} : { account: wish.account }),
    pid: process.pid,
    started: processStart(process.pid) ?? null,
  })
  const alive = setInterval(() => void touch(file), LIFE_SIGN * 1000)
  alive.unref()
  return {
    stale: left.filter(meets).map(({ record }) => record),
    release: async () => {
      clearInterval(alive)
      await rm(file, { force: true })
    },
  }
}

/** A lock in a sentence, every text made visible: another user may have written it. */
export function lockText({ run, playbook, by, from, reason, since }: LockRecord): string {
  const why = reason === undefined ? '' : ` (${visible(reason)})`
  return `run ${visible(run)} of ${visible(playbook)} by ${visible(by)} on ${visible(from)} since ${visible(since)}${why}`
}

function describe(wish: LockWish, record: LockRecord): string {
  const held = new Set(record.hosts)
  const common = wish.hosts.filter((host) => held.has(host))
  const [first] = common
  if (first === undefined) return `${lockText(record)}, which has locked account ${record.account}`
  const more = common.length > 1 ? ` and ${common.length - 1} more` : ''
  return `${lockText(record)}, which works on ${first}${more}`
}

function refused(wish: LockWish, record: LockRecord): InputError {
  return new InputError([
    {
      message: `one rollout at a time: in the way is ${describe(wish, record)}`,
      hint: `wait for its end (--lock-wait 600 does); if you know that nobody is at work: muster unlock ${record.run} --reason '...'`,
    },
  ])
}
