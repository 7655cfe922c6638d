import { homedir } from 'node:os'
import { join } from 'node:path'

/** A path of the controller, where `~` is the home of who runs muster. */
export function inHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
