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

/** A template file that was found: its text and where it lies. */
export interface FoundTemplate {
  readonly source: string
  readonly file: string
}

/** How a program ended that a template asked for. */
export interface ProgramEnd {
  /** Exit status; null when it was ended from outside: by a signal, or at its deadline. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** Why there is no exit status. */
  readonly problem?: string
}

/** What a template wants to fetch; all that the lookup `url` can say. */
export interface FetchRequest {
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly seconds: number
  readonly validateCertificates: boolean
  readonly useProxy: boolean
  /** A file of certificates to trust besides the usual ones. */
  readonly certificates?: string
  readonly followRedirects: boolean
}

/** What came back: a status and a body, or why there is none. */
export type FetchEnd = { readonly status: number; readonly body: string } | { readonly problem: string }

/**
 * What lookups and file tests on the controller need. The optional parts are doors: where a caller has none, the
 * lookup that needs it says so. All are synchronous, since an evaluation is; whoever makes a door bounds its time.
 */
export interface TemplateHome {
  /** Folder that relative names start from (the playbook's). */
  readonly directory: string
  /** Folders that files of lookups are looked for in, each with its `files/` first; `directory` alone where not given. */
  readonly searchPath?: readonly string[]
  /**
   * Templates by name, for includes, imports and the lookup `template`; undefined when there is none of that name.
   * @param beside folders to look in after all others: that of the template at work, that of the file that includes
   */
  include?(name: string, beside: readonly string[]): FoundTemplate | undefined
  /** Opens a file that Ansible Vault encrypted. Without this door such files are refused. */
  decrypt?(ciphertext: string, file: string): string | Secret
  /** Runs a line of shell on the controller, in `directory`. */
  run?(command: string): ProgramEnd
  fetch?(request: FetchRequest): FetchEnd
  /** Called before a lookup writes a file on the controller (`password`). What it throws passes through the engine. */
  beforeWriting?(): void
  /** The value of one of Ansible's settings by its name (`DEFAULT_FORKS`); undefined when there is none of that name. */
  setting?(name: string): Value | undefined
  /** The names of the inventory's hosts that a pattern means; none for one that names nothing. */
  hosts?(pattern: readonly string[]): readonly string[]
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

/** How a template file is read. What it includes is read the same. */
export interface ReadingOptions {
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly newlineSequence?: string
  /** variable_start_string and its like. */
  readonly markers?: Readonly<Record<string, string>>
}

export interface FileOptions extends ReadingOptions {
  /** Variables that win over those of the scope while this file is rendered. */
  readonly variables?: ReadonlyMap<string, Value>
  /**
   * A file on the controller that is rendered as the template module does it: the template then knows
   * `template_path`, `template_fullpath`, `template_host`, `template_uid`, `template_mtime`, `template_run_date`,
   * `template_destpath` and, unless a variable says otherwise, `ansible_managed`.
   */
  readonly origin?: {
    /** The name as the user wrote it. */
    readonly path: string
    /** Where the result goes. */
    readonly destination?: string
  }
}

/** What a task has to say to the lookup of its loop. */
export interface LoopOptions {
  /** The folder beside `files/` in which `with_first_found` looks: `templates`, `vars`. */
  readonly folder?: string
}

/** Implemented by src/template/engine.ts: `createEngine(scope, home)`. */
export interface TemplateEngine {
  /** A value with every template in it evaluated, native types kept, omitted items dropped. */
  resolve(value: Value): Value | typeof OMIT
  /** A condition: text is an expression without braces. @throws TemplateError also when it gives no boolean */
  condition(condition: Value, position?: Position): boolean
  /** An expression without braces. */
  expression(text: string, position?: Position): Value
  /** The items of `with_NAME`: what the lookup of that name finds with the terms written behind it. */
  loopItems(name: string, terms: Value, options?: LoopOptions): Value[]
  /** A whole template file, as the template module writes it. */
  renderFile(source: string, file: string, options?: FileOptions): string | Secret
}

/** Implemented by src/template/check.ts: syntax errors and unknown filters and tests, without evaluating. */
export type CheckTemplate = (text: TemplateText | { expression: string; position?: Position }) => Problem[]
