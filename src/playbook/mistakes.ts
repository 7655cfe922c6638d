import { checkTemplate } from '../template/check.ts'
import { EncryptedValue } from '../values/encrypted.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import { isDict, type Value } from '../values/value.ts'
import { readEnvelope } from '../vault/envelope.ts'
import type { YamlNode } from '../yaml/node.ts'

/** What the mistakes of a playbook leave uncertain about the rest of it. */
export interface Uncertain {
  /** Tasks, files or variables are missing altogether: they may set any name, and nothing is said of names. */
  readonly hidden: boolean
  /** Names that a task with mistakes may set once it is mended: the words in it. */
  readonly names: ReadonlySet<string>
  /** Tasks with mistakes, by their places: once mended, they may do something else. */
  readonly tasks: ReadonlySet<Position>
}

/** Collects the mistakes of one playbook, so that all are told at once. */
export class Mistakes {
  readonly #problems: Problem[] = []
  readonly #names = new Set<string>()
  readonly #tasks = new Set<Position>()
  #loose = 0

  /** How many there are so far. */
  get count(): number {
    return this.#problems.length
  }

  /** How many may have hidden something that the playbook sets; see {@link settle}. */
  get loose(): number {
    return this.#loose
  }

  add(position: Position, message: string, hint?: string): void {
    this.addAll([{ message, position, hint }])
  }

  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems)
    this.#loose += problems.length
  }

  /**
   * Those since then have hidden nothing.
   * @param loose how many were {@link loose} before
   * @param task the task that they are in, if they are in one
   */
  settle(loose: number, task?: YamlNode): void {
    this.#loose = loose
    if (task === undefined) return
    this.#tasks.add(task.position)
    for (const word of wordsOf(task)) this.#names.add(word)
  }

  /** Something that may set names was left out for a mistake in it. */
  hide(): void {
    this.#loose += 1
  }

  uncertain(): Uncertain {
    return { hidden: this.#loose > 0, names: this.#names, tasks: this.#tasks }
  }

  /** Syntax of every template in a value, names and arguments of what it calls, and the frame of every encrypted value. */
  templates(value: Value): void {
    // They are kept as they are, and what has one sets the same names.
    if (value instanceof TemplateText) this.#problems.push(...checkTemplate(value))
    else if (value instanceof EncryptedValue) this.#frame(value)
    else if (Array.isArray(value)) for (const item of value) this.templates(item)
    else if (isDict(value)) for (const item of value.values()) this.templates(item)
  }

  /** Whether a password opens it shows where it is used: a run may have no need of it. */
  #frame({ ciphertext, position }: EncryptedValue): void {
    const envelope = readEnvelope(ciphertext)
    if (typeof envelope === 'string') this.add(position, envelope)
  }

  /** The same for an expression without braces. */
  expression(expression: string, position: Position): void {
    this.#problems.push(...checkTemplate({ expression, position }))
  }

  /** What was found, in the order of files and lines; the same mistake at the same place once. */
  problems(): readonly Problem[] {
    const seen = new Set<string>()
    return [...this.#problems].sort(byPlace).filter((problem) => {
      const key = JSON.stringify([problem.position, problem.message])
      return !seen.has(key) && seen.add(key)
    })
  }
}

/** The words of keys and plain texts: templates read names and set none. */
function wordsOf(node: YamlNode): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap(wordsOf)
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, value }) => [...wordsOf(key), ...wordsOf(value)])
  return hasTemplateMarks(node.raw) ? [] : (node.raw.match(/[A-Za-z_]\w*/g) ?? [])
}

function byPlace(one: Problem, other: Problem): number {
  const [a, b] = [one.position, other.position]
  if (a?.file !== b?.file) return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}
