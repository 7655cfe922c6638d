import type { Position } from '../values/position.ts'
import { InputError, type Problem } from '../values/problem.ts'

/** A key of ansible.cfg as written. */
export interface CfgEntry {
  readonly section: string
  /** In lower case: case means nothing in keys. */
  readonly key: string
  readonly value: string
  readonly position: Position
}

const SECTION = /^\[([^\]]+)\]\s*(?:[;#].*)?$/
const OPTION = /^([^=:\s][^=:]*?)\s*[=:]\s*(.*)$/

/**
 * Reads ansible.cfg as Python's configparser does for Ansible: `key = value` or `key: value`, `#` and `;` begin comments,
 * behind a value only ` ;` does, deeper lines go on with the value above. Written here because the libraries for INI know
 * neither these rules nor the places of keys.
 * @throws InputError with all lines that mean nothing and all keys written twice
 */
export function readCfg(text: string, file: string): CfgEntry[] {
  const entries: CfgEntry[] = []
  const problems: Problem[] = []
  const known = new Map<string, Position>()
  let section: string | undefined
  let open: { entry: CfgEntry; lines: string[]; indent: number } | undefined
  const finish = () => {
    if (open !== undefined) entries.push({ ...open.entry, value: open.lines.join('\n').trim() })
    open = undefined
  }
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = withoutComment(written)
    const content = line.trim()
    const indent = line.length - line.trimStart().length
    const position: Position = { file, line: index + 1, column: indent + 1 }
    if (content === '') {
      if (open !== undefined && written.trim() === '') open.lines.push('')
      continue
    }
    if (open !== undefined && indent > open.indent) {
      open.lines.push(content)
      continue
    }
    finish()
    const header = SECTION.exec(content)
    if (header !== null) {
      section = header[1]!.trim()
      continue
    }
    const option = OPTION.exec(content)
    if (option === null || section === undefined) {
      const message =
        section === undefined ? 'a key stands before the first [section]' : 'this is no key = value'
      problems.push({ message, position, hint: 'most keys belong below [defaults]' })
      continue
    }
    const key = option[1]!.toLowerCase()
    const name = `[${section}] ${key}`
    const before = known.get(name)
    if (before !== undefined) {
      problems.push({
        message: `${name} is written twice`,
        position,
        hint: `the first is in line ${before.line}; Ansible refuses the file too`,
      })
    }
    known.set(name, position)
    open = { entry: { section, key, value: '', position }, lines: [option[2]!], indent }
  }
  finish()
  if (problems.length > 0) throw new InputError(problems)
  return entries
}

/** A whole line of comment, or what stands behind blanks and a semicolon. */
function withoutComment(line: string): string {
  if (/^\s*[#;]/.test(line)) return ''
  const at = /\s;/.exec(line)?.index
  return at === undefined ? line : line.slice(0, at)
}
