import { assignPath } from '../../probes/expand-path.ts'
import { type AnswersOf, mapProbe, type Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
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

/** What has to be known before a command runs: its directory, and whether something is there. */
export function commandProbes(wish: CommandWish) {
  return {
    directory: wish.chdir === undefined ? undefined : stat(wish.chdir),
    creates: wish.creates === undefined ? undefined : existence(wish.creates, wish.chdir),
    removes: wish.removes === undefined ? undefined : existence(wish.removes, wish.chdir),
  }
}

/** Only where `creates` or `removes` is given does looking tell whether a command ran (`Module.repeatable`). */
export function commandRepeatable({ creates, removes }: Pick<CommandWish, 'creates' | 'removes'>): boolean {
  return creates !== undefined || removes !== undefined
}

/** The answers in the module's words. */
export function commandState(answers: AnswersOf<ReturnType<typeof commandProbes>>): CommandState {
  const { directory } = answers
  return {
    chdirFails: directory !== undefined && !mayEnter(directory),
    creates: answers.creates ?? null,
    removes: answers.removes ?? null,
  }
}

function mayEnter({ stat: own, target, may }: PathFacts): boolean {
  return (target?.stat ?? own)?.kind === 'directory' && may.execute
}

/** Whether anything matches a glob, relative to `chdir` (facts/modules.md, Commands). A name without a pattern costs no process. */
function existence(pattern: string, chdir: string | undefined): Probe<boolean> {
  if (!/[*?[]/.test(pattern)) {
    const path = chdir === undefined || /^[/~$]/.test(pattern) ? pattern : `${chdir}/${pattern}`
    return mapProbe(stat(path), (facts) => facts.stat !== null)
  }
  const script = lines([
    ...(chdir === undefined ? [] : [changeDirectory(chdir, sh`exit 0`)]),
    sh`for m_f in ${globWord(pattern)}; do if [ -e "$m_f" ] || [ -L "$m_f" ]; then printf yes; break; fi; done`,
  ])
  return scriptProbe(script, ({ stdout }) => stdout.length > 0)
}

/** `cd` into a path of type path, or do what `otherwise` says. */
export function changeDirectory(path: string, otherwise: ShellText): ShellText {
  return sh`${assignPath('m_d', path)}
CDPATH= cd -- "$m_d" 2>/dev/null || ${otherwise}`
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
