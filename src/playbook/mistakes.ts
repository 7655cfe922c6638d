import { checkTemplate } from '../template/check.ts'
import { EncryptedValue } from '../values/encrypted.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { TemplateText } from '../values/template-text.ts'
import { isDict, type Value } from '../values/value.ts'
import { readEnvelope } from '../vault/envelope.ts'

/** Collects the mistakes of one playbook, so that all are told at once. */
export class Mistakes {
  readonly #problems: Problem[] = []

  /** How many there are so far. */
  get count(): number {
    return this.#problems.length
  }

  add(position: Position, message: string, hint?: string): void {
    this.#problems.push({ message, position, hint })
  }

  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems)
  }

  /** Syntax of every template in a value, names and arguments of what it calls, and the frame of every encrypted value. */
  templates(value: Value): void {
    if (value instanceof TemplateText) this.addAll(checkTemplate(value))
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
    this.addAll(checkTemplate({ expression, position }))
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

function byPlace(one: Problem, other: Problem): number {
  const [a, b] = [one.position, other.position]
  if (a?.file !== b?.file) return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}
