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
  /** Its text is hidden, and what it makes is a Secret: it stands in an encrypted file, or its variable's name says so. */
  readonly secret: boolean

  constructor(source: string, position?: Position, secret = false) {
    this.source = source
    this.position = position
    this.secret = secret
  }

  /** The text as outputs may show it. */
  shown(): string {
    return this.secret ? REDACTED : this.source
  }

  toString(): string {
    return this.shown()
  }

  toJSON(): string {
    return this.shown()
  }
}

/** Whether text has template marks at all; without them it is plain data. */
export function hasTemplateMarks(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}
