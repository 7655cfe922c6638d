import type { Operand } from '../../operand.ts'
import { compares } from '../../operators/compare.ts'
import type { Evaluation } from '../evaluation.ts'
import { plain } from './plain.ts'
import { Taint } from './secrets.ts'

/** Python's `==` on operands, everything inside rendered. The taint says whether a secret was compared. */
export function isEqual(evaluation: Evaluation, a: Operand, b: Operand, taint = new Taint()): boolean {
  return compares(plain(evaluation, a, taint), '==', plain(evaluation, b, taint))
}
