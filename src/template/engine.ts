import { Secret } from '../values/secret.ts'
import { TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'
import { OMIT, type Scope, type TemplateEngine, TemplateError, type TemplateHome } from './api.ts'
import { openedText } from './ciphertext.ts'
import { evaluateCondition } from './condition.ts'
import { raise } from './evaluator/errors.ts'
import { Evaluation } from './evaluator/evaluation.ts'
import { inFrame, rootVariables, runExpression, runTemplate } from './evaluator/run.ts'
import { bareExpression, isPlainFile, templateFile } from './evaluator/templates.ts'
import { printed } from './evaluator/values/concat.ts'
import { finalize } from './evaluator/values/finalize.ts'
import { hideJoined, reveal, Taint } from './evaluator/values/secrets.ts'
import { loopItems } from './lookups/loop.ts'
import { Undefined } from './operand.ts'

/**
 * An engine that evaluates templates with the variables of a scope. Each call is one evaluation: it asks the scope for
 * a name at most once, and keeps nothing but parsed templates for the next.
 */
export function createEngine(scope: Scope, home: TemplateHome): TemplateEngine {
  return {
    resolve(value) {
      if (isPlain(value)) return value
      const evaluation = new Evaluation(scope, home)
      const position = value instanceof TemplateText ? value.position : undefined
      return placed(evaluation, position, () => finalize(evaluation, value))
    },

    condition(condition, position) {
      const evaluation = new Evaluation(scope, home)
      return placed(evaluation, position, () => evaluateCondition(condition, position, evaluation))
    },

    expression(text, position) {
      const evaluation = new Evaluation(scope, home)
      return placed(evaluation, position, () => {
        const result = finalize(evaluation, runExpression(bareExpression(text, position), evaluation))
        if (result === OMIT) throw new TemplateError('the expression is omit, which is no value', position)
        return result
      })
    },

    loopItems(name, terms, { folder } = {}) {
      const evaluation = new Evaluation(scope, home)
      if (folder !== undefined) evaluation.loopFolder = folder
      const position = terms instanceof TemplateText ? terms.position : undefined
      return placed(evaluation, position, () => loopItems(name, terms, evaluation))
    },

    renderFile(source, file, options = {}) {
      const evaluation = new Evaluation(scope, home, file, options)
      return placed(evaluation, { file }, () => renderFile(source, file, evaluation))
    },
  }
}

/** Scalars that need no evaluation at all. */
function isPlain(value: Value): boolean {
  return value === null || typeof value !== 'object' || value instanceof Secret
}

function placed<T>(evaluation: Evaluation, position: TemplateError['position'], work: () => T): T {
  return inFrame({ locate: () => position }, evaluation, rootVariables(evaluation), undefined, work)
}

function renderFile(given: string, file: string, evaluation: Evaluation): string | Secret {
  const { text: source, secret } = openedText(given, file, evaluation.home)
  if (isPlainFile(source, evaluation.reading)) return secret ? new Secret(source) : source
  const template = templateFile(source, file, evaluation.reading)
  const result = runTemplate(template, evaluation)
  if (result instanceof Undefined) raise(result)
  if (result === OMIT) throw new TemplateError('A template was resolved to an Omit scalar.', { file })
  const taint = new Taint()
  if (secret) taint.coverAll()
  // A list or dict alone is checked as a value would be, before it is printed.
  finalize(evaluation, result)
  const value = reveal(result, taint)
  const text = value === null ? '' : printed(evaluation, value, taint)
  return hideJoined(taint, text) as string | Secret
}
