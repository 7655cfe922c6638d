import type { Operand } from '../../operand.ts'
import { compares } from '../../operators/compare.ts'
import type { Evaluation } from '../evaluation.ts'
import { resolveOperand } from './resolve-operand.ts'
import { Taint } from './secrets.ts'

/** Python's `==` on operands, everything inside rendered. The taint says whether a secret was compared. */
export function isEqual(evaluation: Evaluation, a: Operand, b: Operand, taint = new Taint()): boolean {
  return compares(resolveOperand(evaluation, a, taint), '==', resolveOperand(evaluation, b, taint))
}
