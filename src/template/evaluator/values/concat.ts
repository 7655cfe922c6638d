import { Secret } from '../../../values/secret.ts'
import { OMIT } from '../../api.ts'
import { Blank, Hidden, Namespace, type Operand, Range } from '../../operand.ts'
import { str } from '../../python/text/repr.ts'
import type { Evaluation } from '../evaluation.ts'
import { resolveOperand, resolveValue } from './resolve-operand.ts'
import { hideJoined, reveal, Taint } from './secrets.ts'

/**
 * What a template's pieces are together: nothing is null, a single piece keeps its type, more are text. Pieces that
 * are null vanish.
 */
export function concat(evaluation: Evaluation, pieces: readonly Operand[]): Operand {
  const kept = pieces.filter((piece) => reveal(piece, new Taint()) !== null)
  if (kept.length === 0) return null
  if (kept.length === 1) return kept[0]!
  const taint = new Taint()
  const text = kept.map((piece) => printed(evaluation, piece, taint)).join('')
  return hideJoined(taint, text)
}

/** A value as it stands inside a larger text, secrets revealed (the taint says so). */
export function printed(evaluation: Evaluation, operand: Operand, taint: Taint): string {
  if (typeof operand === 'string') return operand
  if (operand === OMIT || operand instanceof Blank) return ''
  if (operand instanceof Secret) {
    taint.note(operand)
    return str(operand.reveal())
  }
  if (operand instanceof Namespace)
    return `<Namespace ${str(resolveValue(evaluation, operand.attributes, taint))}>`
  const forced = evaluation.force(operand)
  if (forced instanceof Hidden) return printedHidden(evaluation, forced, taint)
  const value = resolveOperand(evaluation, forced, taint)
  if (value instanceof Range) {
    return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`
  }
  return str(resolveValue(evaluation, value, taint))
}

/** What became of secrets stands in a text as a secret of its own: it may show none of them whole. */
function printedHidden(evaluation: Evaluation, hidden: Hidden, taint: Taint): string {
  const own = new Taint()
  own.note(hidden)
  const text = printed(evaluation, hidden.value, own)
  taint.note(new Secret(text, own.origin()))
  return text
}
