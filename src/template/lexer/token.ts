import type { Operand } from '../operand.ts'

/** What a token is; for operators the operator itself stands in `text`. */
export type TokenKind =
  | 'data'
  | 'blockBegin'
  | 'blockEnd'
  | 'variableBegin'
  | 'variableEnd'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** As written, without marks and quotes; text constants have their escapes read. */
  readonly text: string
  /** Integers and floats. */
  readonly value?: Operand
  /** Where it begins, in characters of the source from 0. */
  readonly at: number
}

/** A token as error messages name it. */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'blockEnd':
      return 'end of statement block'
    case 'blockBegin':
      return 'begin of statement block'
    case 'variableBegin':
      return 'begin of print statement'
    case 'variableEnd':
      return 'end of print statement'
    case 'data':
      return 'template data / text'
    case 'end':
      return 'end of template'
    case 'operator':
    case 'name':
      return token.text
    default:
      return token.kind
  }
}
