import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { Secret } from '../values/secret.ts'
import type { TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'

/**
 * Where names come from. Values may hold TemplateText anywhere; the engine renders them when they are used, once an
 * evaluation, and finds loops. An exception thrown by `lookup` passes through the engine untouched: not even
 * `is defined` or `default` may swallow it (the runner stops at results that do not exist yet that way).
 */
export interface Scope {
  lookup(name: string): Value | undefined
  /** All names, for the lookup `varnames`. */
  names?(): Iterable<string>
}

/** What lookups and file tests on the controller need. */
export interface TemplateHome {
  /** Folder that relative names start from (the playbook's). */
  readonly directory: string
  /** Includes and imports in template files; undefined when there is none of that name. */
  include?(name: string): { source: string; file: string } | undefined
  /** What a file on the controller holds that is encrypted; undefined for text that is not. Its content is a Secret. */
  decrypt?(text: string, file: string): string | undefined
}

/** An evaluation failed. */
export class TemplateError extends Error {
  readonly position: Position | undefined
  /** True when the reason is an undefined name or attribute. */
  readonly isUndefined: boolean

  constructor(message: string, position?: Position, isUndefined = false) {
    super(message)
    this.name = 'TemplateError'
    this.position = position
    this.isUndefined = isUndefined
  }
}

/** The result of a template that is only `omit`. */
export const OMIT: unique symbol = Symbol('omit')

export interface FileOptions {
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly newlineSequence?: string
  /** variable_start_string and its like. */
  readonly markers?: Readonly<Record<string, string>>
}

/** Implemented by src/template/engine.ts: `createEngine(scope, home)`. */
export interface TemplateEngine {
  /** A value with every template in it evaluated, native types kept, omitted items dropped. */
  resolve(value: Value): Value | typeof OMIT
  /** A condition: text is an expression without braces. @throws TemplateError also when it gives no boolean */
  condition(condition: Value, position?: Position): boolean
  /** An expression without braces. */
  expression(text: string, position?: Position): Value
  /** A whole template file, as the template module writes it. */
  renderFile(source: string, file: string, options?: FileOptions): string | Secret
}

/** Implemented by src/template/check.ts: syntax errors and unknown filters and tests, without evaluating. */
export type CheckTemplate = (text: TemplateText | { expression: string; position?: Position }) => Problem[]
