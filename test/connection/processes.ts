import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Waits until a process is gone, or a zombie that nobody reaps. Fails by the test's own timeout. */
export async function gone(pid: number): Promise<void> {
  while (lives(pid)) await wait(20)
}

/** Waits until a script has written a process id into a file. */
export async function pidIn(path: string): Promise<number> {
  while (!existsSync(path) || !readFileSync(path, 'utf8').endsWith('\n')) await wait(20)
  return Number(readFileSync(path, 'utf8'))
}

/** Waits until no process has the file open. */
export async function closedByAll(path: string): Promise<void> {
  while (readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && holds(pid, path))) await wait(20)
}

function holds(pid: string, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)
  } catch {
    return false
  }
}

function lives(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '')[0]
    return state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}
