import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { LockOptions } from '../../run/lock/run-lock.ts'
import { stateFolder } from '../../run/record/state-folders.ts'
import { collect } from './collect.ts'

/** What the words of a run say of how it is kept apart from others. */
export interface LockWords {
  readonly lock?: string[]
  readonly lockAccount?: boolean
  readonly lockWait?: number
  readonly reason?: string
}

/** Adds `--lock`, `--lock-account`, `--lock-wait` and `--reason`. */
export function addLockOptions(command: Command): Command {
  return command
    .option('--lock <pattern>', 'lock these hosts too while it runs: a whole group; may be repeated', collect)
    .option('--lock-account', 'lock the AWS account too: no other run that asks for that at the same time')
    .option('--lock-wait <seconds>', 'wait so long for a run that is in the way (default 0)', seconds)
    .option('--reason <text>', 'why, for those who find the lock')
}

function seconds(value: string): number {
  if (!/^\d{1,7}$/.test(value)) throw new InvalidArgumentError('give a whole number of seconds.')
  return Number(value)
}

/** The folder of locks: `MUSTER_LOCKS`, for users or machines that share one, else the user's own. */
export async function lockFolder(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['MUSTER_LOCKS']
  return named === undefined || named === '' ? join(await stateFolder(environment), 'locks') : resolve(named)
}

/** How a run is kept apart from others. @throws InputError */
export async function lockOptions(words: LockWords): Promise<LockOptions> {
  return {
    folder: await lockFolder(),
    wait: words.lockWait ?? 0,
    reason: words.reason,
    also: words.lock ?? [],
    account: words.lockAccount === true,
  }
}
