import { TaskFailure } from '../../../values/task-failure.ts'

/** A file mode as a parameter gives it: all twelve bits, or changes to what is there. */
export type Mode = { readonly octal: number } | { readonly clauses: readonly Clause[] }

interface Clause {
  readonly users: string
  /** No `ugoa` was written: the umask has a say. */
  readonly umasked: boolean
  readonly changes: readonly { readonly operator: string; readonly permissions: string }[]
}

/** What a symbolic mode is applied to. */
export interface ModeBase {
  readonly mode: number
  readonly directory: boolean
  readonly umask: number
}

const ALL = 0o7777
const SHIFT: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 }
const OWN_BITS: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007 }

/**
 * Reads an octal or symbolic mode (facts/modules.md, Modes).
 * @throws TaskFailure `mode must be in octal or symbolic form`
 */
export function parseMode(text: string): Mode {
  if (/^[0-7]{1,5}$/.test(text)) {
    const octal = Number.parseInt(text, 8)
    if (octal <= ALL) return { octal }
  }
  if (text === '') throw badMode(text)
  return { clauses: text.split(',').map((clause) => parseClause(clause, text)) }
}

function parseClause(clause: string, whole: string): Clause {
  const match = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause)
  if (match === null) throw badMode(whole)
  const users = match[1] === '' || match[1]!.includes('a') ? 'ugo' : match[1]!
  const changes = [...match[2]!.matchAll(/([-+=])([rwxXstugo]*)/g)].map((change) => ({
    operator: change[1]!,
    permissions: change[2]!,
  }))
  return { users, umasked: match[1] === '', changes }
}

function badMode(text: string): TaskFailure {
  return new TaskFailure('mode must be in octal or symbolic form', {
    result: { details: `bad symbolic permission for mode: ${text}` },
    hint: `'${text}' is neither; write '0644' or 'u=rw,g=r,o='`,
  })
}

/** The permission bits after a mode was applied to a file or directory. */
export function applyMode(mode: Mode, base: ModeBase): number {
  if ('octal' in mode) return mode.octal
  let bits = base.mode & ALL
  for (const clause of mode.clauses)
    for (const { operator, permissions } of clause.changes)
      for (const user of clause.users) {
        const wanted = permissionBits(user, permissions, bits, base, clause.umasked)
        if (operator === '+') bits |= wanted
        else if (operator === '-') bits &= ~wanted
        else bits = (bits & ~OWN_BITS[user]!) | wanted
      }
  return bits
}

function permissionBits(
  user: string,
  permissions: string,
  now: number,
  base: ModeBase,
  umasked: boolean,
): number {
  const shift = SHIFT[user]!
  const allowed = umasked ? ~base.umask & ALL : ALL
  let bits = 0
  for (const letter of permissions) {
    if (letter === 'r') bits |= (4 << shift) & allowed
    else if (letter === 'w') bits |= (2 << shift) & allowed
    else if (letter === 'x') bits |= (1 << shift) & allowed
    else if (letter === 'X') bits |= base.directory || (now & 0o111) !== 0 ? 1 << shift : 0
    else if (letter === 's') bits |= user === 'u' ? 0o4000 : user === 'g' ? 0o2000 : 0
    else if (letter === 't') bits |= user === 'o' ? 0o1000 : 0
    else bits |= ((now >> SHIFT[letter]!) & 7) << shift
  }
  return bits
}

/** As Ansible's file modules print it: `0644`, `04755`. */
export function formatMode(bits: number): string {
  return `0${(bits & ALL).toString(8).padStart(3, '0')}`
}

/** As chmod takes it: five digits, for with four GNU's chmod keeps the setuid and setgid bits of a directory. */
export function chmodWord(bits: number): string {
  return (bits & ALL).toString(8).padStart(5, '0')
}
