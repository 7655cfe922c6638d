import type { Position } from '../values/position.ts'
import { TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'
import { TemplateError } from './api.ts'
import { isMissing } from './evaluator/errors.ts'
import type { Evaluation } from './evaluator/evaluation.ts'
import { isTrue } from './evaluator/expressions.ts'
import { runExpression } from './evaluator/run.ts'
import { bareExpression } from './evaluator/templates.ts'
import { reveal, Taint } from './evaluator/values/secrets.ts'
import { Blank, type Operand, Undefined } from './operand.ts'
import { typeOf } from './operators/type-of.ts'

/**
 * Whether a condition holds. Text is an expression; a whole `{{ expression }}` is accepted as well. A secret gives a
 * plain answer.
 * @throws TemplateError when it gives anything but a boolean
 */
export function evaluateCondition(
  condition: Value,
  position: Position | undefined,
  evaluation: Evaluation,
): boolean {
  if (typeof condition === 'boolean') return condition
  const source = condition instanceof TemplateText ? condition.source : condition
  const place = condition instanceof TemplateText ? (condition.position ?? position) : position
  if (typeof source !== 'string') {
    throw new TemplateError(`Conditional expressions must be strings, not ${typeOf(source)}.`, place)
  }
  if (source.trim() === '') throw new TemplateError('Empty conditional expressions are not allowed.', place)
  return booleanOf(judged(source, place, evaluation), place)
}

const BRACES = /^(\s*\{\{[-+]?)(.*?)-?\}\}\s*$/s

/** The place behind some text on the same line. */
function moved(place: Position | undefined, text: string): Position | undefined {
  if (place?.column === undefined || text.includes('\n')) return place
  return { ...place, column: place.column + text.length }
}

function judged(source: string, place: Position | undefined, evaluation: Evaluation): Operand {
  const braces = BRACES.exec(source)
  const origin = braces === null ? place : moved(place, braces[1]!)
  try {
    const result = runExpression(bareExpression(braces?.[2] ?? source, origin), evaluation)
    if (!(result instanceof Undefined)) return result
    throw new TemplateError(result.message, result.position, true)
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new TemplateError(`Error while evaluating conditional: ${error.message}`, error.position, true)
  }
}

function booleanOf(result: Operand, place: Position | undefined): boolean {
  const value = reveal(result, new Taint())
  if (typeof value === 'boolean') return value
  if (value instanceof Blank)
    throw new TemplateError("Type 'Undefined' is unsupported for variable storage.", place)
  throw new TemplateError(
    `Conditional result (${isTrue(value) ? 'True' : 'False'}) was derived from value of type '${typeOf(value)}'.` +
      ' Conditionals must have a boolean result.',
    place,
  )
}
