import { PythonError } from '../error.ts'

/** Python's `os.path` on POSIX; Node's `path` drops slashes at the end and empty parts where Python keeps them. */

/** What follows the last slash. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What stands before the last slash. */
export function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  let end = head.length
  while (end > 0 && head[end - 1] === '/') end--
  return end === 0 ? head : head.slice(0, end)
}

/** The path without its last extension, and the extension with its dot; leading dots are no extension. */
export function splitext(path: string): [string, string] {
  const name = basename(path)
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || /^\.*$/.test(name.slice(0, dot))) return [path, '']
  const cut = path.length - name.length + dot
  return [path.slice(0, cut), path.slice(cut)]
}

/** The parts with slashes between them; an absolute part drops all before it. */
export function joinPath(parts: readonly string[]): string {
  let pieces: string[] = []
  let last = ''
  for (const part of parts) {
    if (part.startsWith('/')) pieces = [part]
    else if (last === '' || last.endsWith('/')) pieces.push(part)
    else pieces.push('/', part)
    last = pieces.findLast((piece) => piece !== '') ?? ''
  }
  return pieces.join('')
}

/** The path without `.`, `..` and doubled slashes; two slashes at the beginning stay two. */
export function normpath(path: string): string {
  const root = /^\/\/(?!\/)/.test(path) ? '//' : path.startsWith('/') ? '/' : ''
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..' || (root === '' && parts.length === 0) || parts.at(-1) === '..') parts.push(part)
    else parts.pop()
  }
  return root + parts.join('/') || '.'
}

/** The longest path that all have in common. @throws PythonError for none, or absolute ones among relative ones */
export function commonpath(paths: readonly string[]): string {
  if (paths.length === 0) throw new PythonError('commonpath() arg is an empty sequence')
  const absolute = paths[0]!.startsWith('/')
  if (paths.some((path) => path.startsWith('/') !== absolute)) {
    throw new PythonError("Can't mix absolute and relative paths")
  }
  const split = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'))
  const first = split[0]!
  const differing = first.findIndex((part, index) => split.some((parts) => parts[index] !== part))
  return (absolute ? '/' : '') + first.slice(0, differing === -1 ? undefined : differing).join('/')
}
