import { TemplateText } from '../../values/template-text.ts'
import {
  type FileOptions,
  OMIT,
  type ReadingOptions,
  type Scope,
  TemplateError,
  type TemplateHome,
} from '../api.ts'
import { globalNamed } from '../functions/globals.ts'
import { Blank, Hidden, Internal, type Operand, Tuple, Undefined } from '../operand.ts'
import { typeOf } from '../operators/type-of.ts'
import { fileScope } from '../template-variables.ts'
import { isMissing, markForeign } from './errors.ts'
import { runTemplate } from './run.ts'
import { isPlainValue, templateOf } from './templates.ts'
import { copied } from './values/copied.ts'
import { hideWithFile } from './values/secrets.ts'

/** How deep templates, macros and includes may call each other. */
const DEEPEST = 100

/**
 * One evaluation: from a call of the engine to its result. It asks the scope for each name at most once and renders
 * each template in a variable at most once.
 */
export class Evaluation {
  readonly #scope: Scope
  readonly home: TemplateHome
  /** How the template file at work is read; what it includes is read the same. */
  readonly reading: ReadingOptions
  /** The template file that the evaluation began with. */
  readonly file: string | undefined
  /** Set for the items of a loop: the folder in which `with_first_found` looks first. */
  loopFolder: string | undefined
  readonly #names = new Map<string, Operand | undefined>()
  readonly #rendered = new Map<TemplateText, Operand>()
  readonly #running = new Set<TemplateText>()
  #depth = 0
  #copies = false

  constructor(scope: Scope, home: TemplateHome, file?: string, options: FileOptions = {}) {
    this.#scope = file === undefined ? scope : fileScope(scope, file, options)
    this.home = home
    this.file = file
    this.reading = options
  }

  /** The evaluation of another template file inside this one, with the variables of the scope and of its own options. */
  ofFile(file: string, options: FileOptions): Evaluation {
    const inner = new Evaluation(this.#scope, this.home, file, options)
    inner.#depth = this.#depth
    return inner
  }

  /** From now on variables are copied when looked up, because a template may change them in place. */
  copyVariables(): void {
    if (this.#copies) return
    this.#copies = true
    this.#names.clear()
  }

  /** A variable of the scope, else a global function of templates; rendered when it is a template. */
  lookup(name: string): Operand | undefined {
    if (!this.#names.has(name)) this.#names.set(name, this.#find(name))
    const value = this.#names.get(name)
    return value === undefined ? undefined : this.force(value)
  }

  /** A variable of the scope only; undefined when there is none. */
  variable(name: string): Operand | undefined {
    try {
      return this.#scope.lookup(name)
    } catch (error) {
      throw markForeign(error)
    }
  }

  /** The names of all variables, where the scope tells them. */
  names(): string[] {
    try {
      return [...(this.#scope.names?.() ?? [])]
    } catch (error) {
      throw markForeign(error)
    }
  }

  #find(name: string): Operand | undefined {
    const value = this.variable(name)
    if (value === undefined) return name === 'omit' ? OMIT : globalNamed(name, this)
    return this.#copies ? copied(value) : value
  }

  /** A value, rendered if it is a template. Items inside stay as they are until they are used. */
  force(value: Operand): Operand {
    if (!(value instanceof TemplateText)) return value
    const known = this.#rendered.get(value)
    if (known !== undefined) return known
    const result = this.#render(value)
    this.#rendered.set(value, result)
    return result
  }

  #render(text: TemplateText): Operand {
    if (this.#running.has(text)) {
      throw new TemplateError('Recursive loop detected in template: it needs its own result', text.position)
    }
    this.#running.add(text)
    try {
      if (isPlainValue(text)) return text.secret ? hideWithFile(text.source) : text.source
      const result = this.deeper(() => stored(runTemplate(templateOf(text), this), text))
      return text.secret ? hideWithFile(result) : result
    } catch (error) {
      // What fails because a name is missing counts as missing itself, so that `default` can help.
      if (isMissing(error)) return new Undefined(error.message, () => error.position)
      throw error
    } finally {
      this.#running.delete(text)
    }
  }

  /** Runs something one level deeper. @throws TemplateError beyond the limit, before the stack is exhausted */
  deeper<T>(run: () => T): T {
    if (this.#depth >= DEEPEST) {
      throw new TemplateError(`Recursive loop detected in template: more than ${DEEPEST} levels deep`)
    }
    this.#depth++
    try {
      return run()
    } finally {
      this.#depth--
    }
  }
}

/** The result of a variable's template, which must be something that a variable can hold. */
function stored(result: Operand, text: TemplateText): Operand {
  const inside = result instanceof Hidden ? result.value : result
  if (inside instanceof Blank) {
    throw new TemplateError("Type 'Undefined' is unsupported for variable storage.", text.position)
  }
  if (inside instanceof Internal && !(inside instanceof Undefined || inside instanceof Tuple)) {
    throw new TemplateError(`Type '${typeOf(inside)}' is unsupported for variable storage.`, text.position)
  }
  if (result instanceof Tuple) return [...result.items]
  return result
}
