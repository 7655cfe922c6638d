import { readFileSync } from 'node:fs'

/**
 * When a process was started, in clock ticks since the boot, with the boot's id: so that a pid that was given to
 * another process later is not taken for the old one. Undefined when there is no such process (or no /proc), also when it
 * has ended and its parent has not asked for its status yet.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name in brackets may hold anything; the fields after its last bracket are plain. starttime is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${fields[19]}`
  } catch {
    return undefined
  }
}
