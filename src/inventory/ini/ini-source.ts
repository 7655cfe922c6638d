import { CONNECTION_VARIABLES } from '../../connection/settings/variable-names.ts'
import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { groupNameFault, isPlainGroupName, readHostName, warnOfGroupNames } from '../patterns/host-name.ts'
import { takePriority } from '../variables/priority.ts'
import { templated } from '../variables/templated.ts'
import { setVariable, type Variables, warnOfName } from '../variables/variables.ts'
import { wordsOf } from './host-words.ts'
import { readLiteral } from './python-literal.ts'
import { Unhashable } from './python-value.ts'

const KINDS = ['hosts', 'vars', 'children'] as const
type Kind = (typeof KINDS)[number]

const MOST_HINTS = 20

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/
const CHILD = /^([^:\]\s]+)\s*(?:#.*)?$/
/** The ends of lines in Python's `splitlines`. */
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/

/**
 * Adds what an inventory in Ansible's INI form says: sections `[group]`, `[group:vars]` and `[group:children]`, a host
 * a line, values typed as Python literals.
 * @param file name for messages
 * @param secret the file was encrypted as a whole: its values are secrets
 * @returns the problems, all of the file; they are not among the builder's
 */
export function addIniSource(
  builder: InventoryBuilder,
  text: string,
  file: string,
  source: Source,
  secret = false,
): Problem[] {
  const reader = new IniReader(builder, file, source, secret)
  for (const [index, line] of text.split(LINE_END).entries()) reader.line(line, index + 1)
  reader.end()
  return reader.problems
}

class IniReader {
  readonly problems: Problem[] = []
  readonly #builder: InventoryBuilder
  readonly #file: string
  readonly #source: Source
  readonly #secret: boolean
  #group = 'ungrouped'
  #kind: Kind | 'refused' = 'hosts'
  #position: Position
  readonly #oddGroups = new Map<string, Position>()
  /** Children named before they are declared: child -> its parents. */
  readonly #waiting = new Map<string, { readonly parent: string; readonly position: Position }[]>()
  /** Groups that have had nothing but a section of variables so far. */
  readonly #onlyVars = new Map<string, Position>()

  constructor(builder: InventoryBuilder, file: string, source: Source, secret: boolean) {
    this.#secret = secret
    this.#builder = builder
    this.#file = file
    this.#source = source
    this.#position = { file }
  }

  line(written: string, number: number): void {
    const line = written.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return
    this.#position = { file: this.#file, line: number, column: written.indexOf(line[0]!) + 1 }
    if (written.startsWith('\uFEFF')) {
      this.#problem('the file begins with a byte order mark', 'save it as UTF-8 without one')
      return
    }
    const section = SECTION.exec(line)
    if (section !== null) this.#section(section[1]!, section[2])
    else if (/^\[[^\]]*\]\s*(?:;.*)?$/.test(line) || (line.startsWith('[') && line.endsWith(']'))) {
      this.#kind = 'refused'
      this.#problem(
        `${line} is no section`,
        'a section is [group], [group:vars] or [group:children], without blanks; only # begins a comment behind it',
      )
    } else if (this.#kind === 'hosts') this.#hosts(line)
    else if (this.#kind === 'vars') this.#variable(line)
    else if (this.#kind === 'children') this.#child(line)
  }

  /** What was named and never declared. */
  end(): void {
    for (const [child, parents] of this.#waiting) {
      for (const { parent, position } of parents) {
        const message = `[${parent}:children] names the group ${child}, which is not declared`
        this.problems.push({ message, position, hint: this.#meant(child) ?? `write a section [${child}]` })
      }
    }
    for (const [group, position] of this.#onlyVars) {
      const message = `[${group}:vars] belongs to a group that is not declared`
      this.problems.push({ message, position, hint: this.#meant(group) ?? `write a section [${group}]` })
    }
    warnOfGroupNames(this.#oddGroups, this.#builder.warnings)
  }

  /** The nearest group; looked for behind the first mistakes only, for a file may have thousands. */
  #meant(name: string): string | undefined {
    if (this.problems.length >= MOST_HINTS) return undefined
    return didYouMean(
      name,
      this.#builder.groupNames().filter((other) => other !== name && !this.#onlyVars.has(other)),
    )
  }

  #section(group: string, written: string | undefined): void {
    const kind = KINDS.find((known) => known === (written ?? 'hosts'))
    this.#group = group
    this.#kind = kind ?? 'refused'
    const fault = groupNameFault(group)
    if (kind === undefined) {
      const hint = didYouMean(written!, KINDS) ?? 'a section is [group], [group:vars] or [group:children]'
      this.#problem(`the section [${group}:${written}] has an unknown kind ${written}`, hint)
    } else if (fault !== undefined) {
      this.#kind = 'refused'
      this.#problem(fault.message, fault.hint)
    }
    if (this.#kind === 'refused') return
    if (!isPlainGroupName(group) && !this.#oddGroups.has(group)) this.#oddGroups.set(group, this.#position)
    const known = this.#builder.hasGroup(group)
    this.#builder.addGroup(group)
    if (kind === 'vars') {
      if (!known && !this.#waiting.has(group)) this.#onlyVars.set(group, this.#position)
      return
    }
    this.#onlyVars.delete(group)
    for (const { parent, position } of this.#waiting.get(group) ?? []) this.#addChild(parent, group, position)
    this.#waiting.delete(group)
  }

  #hosts(line: string): void {
    const words = wordsOf(line)
    if (typeof words === 'string') {
      this.#problem(words, 'write \\" or \\\\ for the character itself, or put the value in quotes')
      return
    }
    const [first, ...rest] = words
    const read = readHostName(first?.text ?? '')
    if ('message' in read) {
      this.#problem(read.message, read.hint)
      return
    }
    const variables: [string, string, Position][] = []
    for (const { text, at } of rest) {
      const position = { ...this.#position, column: this.#position.column! + at }
      const equals = text.indexOf('=')
      // The text is not shown: it may be a part of a password with a blank in it.
      if (equals < 0) {
        this.problems.push({
          message: 'a word on a host line is no key=value',
          position,
          hint: 'a value with blanks needs quotes, a template too: key="{{ name }}"',
        })
      } else variables.push([text.slice(0, equals), text.slice(equals + 1), position])
    }
    for (const name of read.names) {
      const host = this.#builder.addHost(name, this.#group, this.#source, this.#position, read.port)
      for (const [key, value, position] of variables) {
        // One warning for all hosts of a range.
        if (name === read.names[0]) warnOfName(key, position, this.#builder.warnings)
        this.#set(host.variables, key, value, position)
      }
      if (this.#builder.hasGroup(name)) this.#priority(name)
    }
  }

  #variable(line: string): void {
    const equals = line.indexOf('=')
    if (equals < 0) {
      this.#problem(`a line of [${this.#group}:vars] is no key=value`, 'write each variable as name=value')
      return
    }
    const key = line.slice(0, equals).trim()
    warnOfName(key, this.#position, this.#builder.warnings)
    const value = line.slice(equals + 1)
    const blanks = value.length - value.trimStart().length
    const position = { ...this.#position, column: this.#position.column! + equals + 1 + blanks }
    this.#set(this.#builder.addGroup(this.#group).variables, key, value.trim(), position)
    this.#priority(this.#group)
  }

  #child(line: string): void {
    const child = CHILD.exec(line)?.[1]
    const fault = child === undefined ? undefined : groupNameFault(child)
    if (child === undefined || fault !== undefined) {
      this.#problem(
        fault?.message ?? `a line of [${this.#group}:children] is no name of a group`,
        fault?.hint ?? 'write one name of a group a line, without anything behind it',
      )
    } else if (child === 'all' || (child === 'ungrouped' && this.#group !== 'all')) {
      this.#problem(
        `${child} cannot be a child of ${this.#group}`,
        child === 'all' ? 'every group is a child of all' : 'ungrouped holds the hosts in no other group',
      )
    } else if (this.#builder.hasGroup(child)) this.#addChild(this.#group, child, this.#position)
    else {
      const parents = this.#waiting.get(child) ?? []
      parents.push({ parent: this.#group, position: this.#position })
      this.#waiting.set(child, parents)
    }
  }

  #addChild(parent: string, child: string, position: Position): void {
    const loop = this.#builder.addChild(parent, child, position)
    if (loop !== undefined) this.problems.push(loop)
  }

  #set(into: Variables, key: string, text: string, position: Position): void {
    try {
      const secret = this.#secret && !CONNECTION_VARIABLES.has(key)
      setVariable(into, key, templated(readLiteral(text), position, secret), position)
    } catch (error) {
      if (error instanceof InputError) {
        this.problems.push(...error.problems)
        return
      }
      if (!(error instanceof Unhashable)) throw error
      this.problems.push({
        message: `the value of ${key} is a constant in braces, which Python takes for a set`,
        position,
        hint: 'write the constant itself, without {{ }}',
      })
    }
  }

  #priority(group: string): void {
    const problem = takePriority(this.#builder, group)
    if (problem !== undefined) this.problems.push(problem)
  }

  #problem(message: string, hint?: string): void {
    this.problems.push({ message, position: this.#position, hint })
  }
}
