/** Python's `ntpath`: the functions that Ansible offers as `win_` filters. */

/** The drive (`C:`) or share (`\\host\share`), and the rest. */
export function splitDrive(path: string): [string, string] {
  const share = /^[\\/]{2}[^\\/]+[\\/]+[^\\/]+/.exec(path)
  const length = share === null ? (/^[^\\/]:/.exec(path)?.[0].length ?? 0) : share[0].length
  return [path.slice(0, length), path.slice(length)]
}

/** What follows the last slash of either kind. */
export function windowsBasename(path: string): string {
  return /[^\\/]*$/.exec(splitDrive(path)[1])![0]
}

/** What stands before the last slash of either kind. */
export function windowsDirname(path: string): string {
  const [drive, rest] = splitDrive(path)
  const head = rest.slice(0, rest.length - windowsBasename(path).length)
  return drive + (head.replace(/[\\/]+$/, '') || head)
}
