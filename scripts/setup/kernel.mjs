import { readFileSync } from 'node:fs'
import { asRoot } from './machine.mjs'
import { report, run } from './steps.mjs'

const instances = '/proc/sys/fs/inotify/max_user_instances'
/** Five for each host's systemd, for a hundred hosts and more; the usual limit of 128 is reached by about 25. */
const ENOUGH = 1024

/**
 * Raises the limit on inotify instances, which all hosts in containers share: beyond it systemd starts only in part.
 * It stays raised until the machine boots. Where this user may not, hosts beyond the limit fail to start, and say so.
 */
export async function ensureInotify() {
  const limit = Number(readFileSync(instances, 'utf8'))
  if (limit >= ENOUGH) return
  const become = await asRoot()
  try {
    if (!become) throw new Error('not root')
    await run('inotify.log', [...become, 'sh', '-c', 'echo "$1" > "$2"', 'sh', String(ENOUGH), instances])
    report('kernel', `fs.inotify.max_user_instances raised from ${limit} to ${ENOUGH} until the next boot`)
  } catch {
    report(
      'kernel',
      `fs.inotify.max_user_instances is ${limit}: enough for about ${Math.floor(limit / 5)} hosts`,
    )
  }
}
