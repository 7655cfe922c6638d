import { withoutEnd } from '../../../values/text/without-end.ts'
/** Python's `ntpath`: the functions that Ansible offers as `win_` filters. */

/** The drive (`C:`) or share (`\\\\host\\share`), and the rest. */
export function splitDrive(path: string): [string, string] {
  const normal = path.replaceAll('/', '\\')
  if (normal.startsWith('\\\\')) {
    const host = normal.toUpperCase().startsWith('\\\\?\\UNC\\') ? 8 : 2
    const share = normal.indexOf('\\', host)
    const end = share === -1 ? -1 : normal.indexOf('\\', share + 1)
    return end === -1 ? [path, ''] : [path.slice(0, end), path.slice(end)]
  }
  return normal[1] === ':' ? [path.slice(0, 2), path.slice(2)] : ['', path]
}

/** What follows the last slash of either kind. */
export function windowsBasename(path: string): string {
  return /[^\\/]*$/.exec(splitDrive(path)[1])![0]
}

/** What stands before the last slash of either kind. */
export function windowsDirname(path: string): string {
  const [drive, rest] = splitDrive(path)
  const head = rest.slice(0, rest.length - windowsBasename(path).length)
  return drive + (withoutEnd(head, '\\/') || head)
}
