import type { Operand } from '../operand.ts'
import { compares } from '../operators/compare.ts'
import type { Evaluation } from './evaluation.ts'
import { plain } from './plain.ts'
import { Taint } from './secrets.ts'

/** Python's `==` on operands, everything inside rendered. The answer is plain, also about secrets. */
export function isEqual(evaluation: Evaluation, a: Operand, b: Operand): boolean {
  return compares(plain(evaluation, a, new Taint()), '==', plain(evaluation, b, new Taint()))
}
