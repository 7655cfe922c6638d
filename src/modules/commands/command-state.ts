import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'

/** What decides whether a command runs at all. */
export interface CommandWish {
  readonly chdir: string | undefined
  readonly creates: string | undefined
  readonly removes: string | undefined
}

/** What was found: null where it was not asked. */
export interface CommandState {
  readonly chdirFails: boolean
  readonly creates: boolean | null
  readonly removes: boolean | null
}

/** What a command without a condition and a directory knows of the host. */
export const NO_CONDITION: CommandState = { chdirFails: false, creates: null, removes: null }

/** Looks at `chdir` first, then at `creates` and `removes`, which are globs relative to it (facts/modules.md, Commands). */
export function observeCommand(wish: CommandWish): Probe<CommandState> | undefined {
  if (wish.chdir === undefined && wish.creates === undefined && wish.removes === undefined) return undefined
  return scriptProbe(
    lines([
      sh`m_exists() { for m_f; do if [ -e "$m_f" ] || [ -L "$m_f" ]; then printf yes; return; fi; done; }`,
      ...(wish.chdir === undefined
        ? []
        : [changeDirectory(wish.chdir, sh`{ printf 'chdir\0no\0'; exit 0; }`)]),
      ...globField('creates', wish.creates),
      ...globField('removes', wish.removes),
    ]),
    (output) => {
      const fields = readFields(output, 'look at creates and removes')
      const found = (name: string) => {
        const value = field(fields, name)
        return value === undefined ? null : value.length > 0
      }
      return {
        chdirFails: field(fields, 'chdir') !== undefined,
        creates: found('creates'),
        removes: found('removes'),
      }
    },
  )
}

/** `cd` into a path of type path, or do what `otherwise` says. */
export function changeDirectory(path: string, otherwise: ShellText): ShellText {
  return sh`${assignPath('m_d', path)}
CDPATH= cd -- "$m_d" 2>/dev/null || ${otherwise}`
}

function globField(name: string, pattern: string | undefined): ShellText[] {
  return pattern === undefined ? [] : [sh`printf '%s\0%s\0' ${name} "$(m_exists ${globWord(pattern)})"`]
}

/** A word in which `*`, `?` and `[...]` stay patterns, and all else is quoted (or expanded as a path is). */
function globWord(pattern: string): ShellText {
  const parts = pattern.split(/([*?]|\[[^\]'"\\$`]*\])/)
  const words = parts.map((part, at) => {
    if (at % 2 === 1) return glob(part)
    return part === '' ? null : at === 0 ? quotedPath(part) : sh`${part}`
  })
  return words.filter((word) => word !== null).reduce((left, right) => sh`${left}${right}`, sh``)
}

/** As a word (not an assignment) an expanded variable would be split, so it is put in double quotes. */
function quotedPath(part: string): ShellText {
  return /^~|\$/.test(part) ? sh`"$(${assignPath('m_v', part)}; printf %s "$m_v")"` : sh`${part}`
}

function glob(part: string): ShellText {
  if (part === '*') return sh`*`
  if (part === '?') return sh`?`
  // A bracket expression: its text holds no quote, dollar, backtick or backslash, so only blanks need care.
  const inside = part.slice(1, -1)
  return /^!?[A-Za-z0-9_.:-]*$/.test(inside) ? BRACKETS(inside) : sh`${part}`
}

const BRACKETS = (inside: string): ShellText => {
  const negated = inside.startsWith('!')
  const characters = negated ? inside.slice(1) : inside
  return negated ? sh`[!${characters}]` : sh`[${characters}]`
}
