import { join } from 'node:path'
import { normalize } from 'node:path/posix'

/** A path below a folder of the controller, whatever a host says that its path is: `..` leads nowhere above the folder. */
export function landingPath(folder: string, path: string): string {
  return join(folder, normalize(`/${path.replaceAll('\0', '')}`))
}
