import { readFileSync, type Stats, statSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Value } from '../values/value.ts'
import type { FileOptions, Scope } from './api.ts'
import { clockTime } from './python/time/clock.ts'

/** What `ansible_managed` says unless a variable of that name says otherwise (DEFAULT_MANAGED_STR). */
const MANAGED = 'Ansible managed'

/**
 * The variables that a template file knows about itself, as Ansible's template module and lookup give them: names of
 * the controller, its user and its time, never of the host.
 * @param file the template's whole path; without such a file there is nothing to tell
 */
function templateVariables(
  file: string,
  { path, destination }: NonNullable<FileOptions['origin']>,
): ReadonlyMap<string, Value> {
  const stat = statSync(file, { throwIfNoEntry: false })
  const variables = new Map<string, Value>([
    ['template_host', hostname()],
    ['template_path', path],
    ['template_fullpath', file],
    ['template_destpath', destination ?? null],
    ['template_run_date', clockTime(Date.now())],
  ])
  if (stat !== undefined) {
    variables.set('template_uid', ownerName(stat))
    variables.set('template_mtime', clockTime(stat.mtimeMs))
  }
  return variables
}

/** A scope with what a template file knows beside it: its own variables, and those about itself. */
export function fileScope(scope: Scope, file: string, { variables, origin }: FileOptions): Scope {
  if (variables === undefined && origin === undefined) return scope
  const about = origin === undefined ? undefined : templateVariables(file, origin)
  const lookup = (name: string): Value | undefined => {
    const own = variables?.get(name)
    if (own !== undefined) return own
    const known = about?.get(name)
    if (known !== undefined) return known
    const value = scope.lookup(name)
    return value === undefined && name === 'ansible_managed' && about !== undefined ? MANAGED : value
  }
  const names = () =>
    new Set([...(variables?.keys() ?? []), ...(about?.keys() ?? []), ...(scope.names?.() ?? [])])
  return { lookup, names }
}

/** The name of a file's owner on this machine, its number where it has none. */
function ownerName({ uid }: Stats): string | number {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name, , number] = line.split(':', 3)
      if (number === String(uid)) return name!
    }
  } catch {
    // A controller without such a file has no names to tell.
  }
  return uid
}
