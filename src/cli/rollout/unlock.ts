import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { alone, type FoundLock, findLocks } from '../../run/lock/lock-folder.ts'
import { lockText, operator } from '../../run/lock/rollout-lock.ts'
import { InputError } from '../../values/problem.ts'
import { jsonLine, visible } from '../../values/text/visible.ts'
import { lockFolder } from '../options/lock-options.ts'

/** `muster unlock [RUN]`: shows the locks that stand, or takes one away. */
export function unlockCommand(): Command {
  return new Command('unlock')
    .argument(
      '[run]',
      'identifier of the run that holds the lock, or its beginning; without it the locks are listed',
    )
    .option('--reason <text>', 'why it may be taken away; kept in unlocked.jsonl beside the locks')
    .action(async (run: string | undefined, { reason }: { readonly reason?: string }) => {
      const folder = await lockFolder()
      if (run === undefined) process.stdout.write(listOf(await findLocks(folder)))
      else process.stdout.write(await unlock(folder, run, reason))
    })
}

function listOf(locks: readonly FoundLock[]): string {
  if (locks.length === 0) return 'nothing is locked\n'
  return locks
    .map(
      ({ record, stale }) =>
        `${lockText(record)}: ${record.hosts.length} hosts${stale ? '; left behind: the next run passes over it' : ''}\n`,
    )
    .join('')
}

async function unlock(folder: string, wanted: string, reason: string | undefined): Promise<string> {
  if (reason === undefined || reason.trim() === '')
    throw new InputError([
      {
        message: 'a lock is not taken away without a reason',
        hint: "say why: muster unlock RUN --reason '...'",
      },
    ])
  return alone(folder, async () => {
    const [lock, second] = (await findLocks(folder)).filter(({ record }) => record.run.startsWith(wanted))
    if (lock === undefined || second !== undefined)
      throw new InputError([
        {
          message: `${lock === undefined ? 'no lock' : 'more than one lock'} is held by a run that begins with ${visible(wanted)}`,
          hint: 'muster unlock lists them',
        },
      ])
    const { hosts: _, ...record } = lock.record
    const line = { at: new Date().toISOString(), by: operator(), reason, lock: record }
    await appendFile(join(folder, 'unlocked.jsonl'), `${jsonLine(line)}\n`, { mode: 0o600 })
    await rm(lock.file, { force: true })
    const warning = lock.stale
      ? ''
      : 'its process may still be at work: end it, or two runs change the same hosts\n'
    return `taken away: ${lockText(lock.record)}\n${warning}`
  })
}
