import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Value } from '../../values/value.ts'
import type { Filter, FilterContext } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { onController, PythonError } from '../python/error.ts'
import { globPaths } from '../python/paths/glob.ts'
import { basename, commonpath, dirname, joinPath, normpath, splitext } from '../python/paths/posix-path.ts'
import { splitDrive, windowsBasename, windowsDirname } from '../python/paths/windows-path.ts'
import { typeName } from '../python/type-name.ts'

/** A filter over one path and nothing else. */
function pathFilter(change: (path: string, context: FilterContext) => Value): Filter {
  return (input, args, context) => {
    bind(args, {})
    if (typeof input !== 'string') {
      throw new PythonError(`expected str, bytes or os.PathLike object, not ${typeName(input)}`)
    }
    return change(input, context)
  }
}

function pathList(input: Value, filter: string): string[] {
  if (Array.isArray(input)) return input.map((part) => asText(part, 'a path'))
  throw new PythonError(`|${filter} expects a list of paths, got ${typeName(input)} instead.`)
}

const pathJoin: Filter = (input, args) => {
  bind(args, {})
  if (typeof input === 'string') return input
  const parts = pathList(input, 'path_join')
  if (parts.length === 0) throw new PythonError('path_join needs at least one part')
  return joinPath(parts)
}

/** A path on the controller with symbolic links followed as far as it exists. */
function realpath(path: string, directory: string): string {
  const parts = resolve(directory, path).split('/').slice(1)
  let there = 0
  let prefix = ''
  while (there < parts.length && existsSync(`${prefix}/${parts[there]}`)) prefix += `/${parts[there++]}`
  return joinPath([realpathSync(prefix === '' ? '/' : prefix), ...parts.slice(there)])
}

function expandUser(path: string): string {
  const user = /^~([^/]*)/.exec(path)?.[1]
  if (user === undefined) return path
  const home = user === '' ? homedir() : homeOf(user)
  return home === undefined ? path : home.replace(/\/$/, '') + path.slice(user.length + 1)
}

function homeOf(user: string): string | undefined {
  if (!existsSync('/etc/passwd')) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return lines.map((line) => line.split(':')).find((fields) => fields[0] === user)?.[5]
}

/** Variables of muster's own environment; one that is not set stays as it is written. */
function expandVariables(path: string): string {
  // Behind the last brace nothing closes, and a search for it at each `${` would never be over.
  const end = path.lastIndexOf('}') + 1
  const braced = path
    .slice(0, end)
    .replace(/\$(?:(\w+)|\{([^}]*)\})/g, (all, name, inner) => process.env[name ?? inner] ?? all)
  return braced + path.slice(end).replace(/\$(\w+)/g, (all, name) => process.env[name] ?? all)
}

function relativePath(path: string, start: string, directory: string): string {
  if (path === '') throw new PythonError('no path specified')
  const to = resolve(directory, path).split('/').filter(Boolean)
  const from = resolve(directory, start).split('/').filter(Boolean)
  const differing = from.findIndex((part, index) => to[index] !== part)
  const shared = differing === -1 ? from.length : differing
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/') || '.'
}

const relpath: Filter = (input, args, context) => {
  const { start } = bind(args, { start: '.' })
  return relativePath(asText(input, 'path'), asText(start, 'start'), context.directory)
}

/** Files on the controller, in alphabetical order; hidden ones only where the pattern says so. */
function glob(pattern: string, directory: string): string[] {
  return globPaths(pattern, directory)
    .filter((path) => statSync(resolve(directory, path), { throwIfNoEntry: false })?.isFile() === true)
    .sort()
}

const commonpathFilter: Filter = (input, args) => {
  bind(args, {})
  return commonpath(pathList(input, 'commonpath'))
}

export const filters: Readonly<Record<string, Filter>> = {
  basename: pathFilter(basename),
  dirname: pathFilter(dirname),
  splitext: pathFilter(splitext),
  normpath: pathFilter(normpath),
  path_join: pathJoin,
  commonpath: commonpathFilter,
  realpath: pathFilter((path, context) => onController(() => realpath(path, context.directory))),
  relpath,
  expanduser: pathFilter(expandUser),
  expandvars: pathFilter(expandVariables),
  fileglob: pathFilter((path, context) => onController(() => glob(path, context.directory))),
  win_basename: pathFilter(windowsBasename),
  win_dirname: pathFilter(windowsDirname),
  win_splitdrive: pathFilter(splitDrive),
}
