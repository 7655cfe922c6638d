import type { Position } from './position.ts'
import { REDACTED } from './secret.ts'

/**
 * Text that a user wrote with template marks in a playbook, a variable file or an inventory; evaluated when it is
 * used. What comes from a host, a lookup or a rendered template is a plain string and never becomes one of these.
 */
export class TemplateText {
  readonly source: string
  /** Where the text begins in its file, for messages. */
  readonly position: Position | undefined
  /** What it gives is a secret, whatever it is made of: its variable's name says so. */
  readonly isSecret: boolean

  constructor(source: string, position?: Position, isSecret = false) {
    this.source = source
    this.position = position
    this.isSecret = isSecret
  }

  /** The text as outputs show it. */
  toString(): string {
    return this.isSecret ? REDACTED : this.source
  }

  toJSON(): string {
    return this.toString()
  }
}

/** Whether text has template marks at all; without them it is plain data. */
export function hasTemplateMarks(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}
