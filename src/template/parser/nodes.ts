import type { Operand } from '../operand.ts'

/** Every node says where it begins in its source, in characters from 0. */
interface At {
  readonly at: number
}

export type Expression =
  | (At & { readonly kind: 'constant'; readonly value: Operand })
  | (At & { readonly kind: 'name'; readonly name: string })
  | (At & { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] })
  | (At & { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] })
  | (At & { readonly kind: 'attribute'; readonly of: Expression; readonly name: string })
  | (At & { readonly kind: 'item'; readonly of: Expression; readonly index: Expression })
  | SliceExpression
  | CallExpression
  | FilterExpression
  | (At & {
      readonly kind: 'test'
      readonly of: Expression
      readonly name: string
      readonly args: ArgumentList
    })
  | (At & { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly of: Expression })
  | (At & {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    })
  | (At & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  | (At & { readonly kind: 'concat'; readonly parts: readonly Expression[] })
  | (At & {
      readonly kind: 'compare'
      readonly first: Expression
      readonly rest: readonly {
        readonly operator: Comparison
        readonly right: Expression
        readonly at: number
      }[]
    })
  | (At & {
      readonly kind: 'condition'
      readonly test: Expression
      readonly value: Expression
      readonly otherwise: Expression | undefined
    })

interface SliceExpression extends At {
  readonly kind: 'slice'
  readonly start: Expression | undefined
  readonly stop: Expression | undefined
  readonly step: Expression | undefined
}

export interface CallExpression extends At {
  readonly kind: 'call'
  readonly of: Expression
  readonly args: ArgumentList
}

export interface FilterExpression extends At {
  readonly kind: 'filter'
  /** Undefined at the start of a filter block's chain: its text comes in there. */
  readonly of: Expression | undefined
  readonly name: string
  readonly args: ArgumentList
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

/** What stands in the brackets of a call, a filter or a test. */
export interface ArgumentList {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
  /** `*items` and `**entries`. */
  readonly rest: Expression | undefined
  readonly namedRest: Expression | undefined
}

export const NO_ARGUMENTS: ArgumentList = { positional: [], named: [], rest: undefined, namedRest: undefined }

/** Where a value is put: a name, several names, an attribute of a namespace. */
export type Target =
  | (At & { readonly kind: 'name'; readonly name: string })
  | (At & { readonly kind: 'namespace'; readonly name: string; readonly attribute: string })
  | (At & { readonly kind: 'tuple'; readonly items: readonly Target[] })

export interface Parameter {
  readonly name: string
  readonly fallback: Expression | undefined
}

export interface MacroShape extends At {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
  /** Whether the body reads `varargs`, `kwargs`, `caller`: only then may a call pass them. */
  readonly uses: ReadonlySet<string>
}

export interface BlockStatement extends At {
  readonly kind: 'block'
  readonly name: string
  readonly body: readonly Statement[]
  readonly scoped: boolean
  readonly required: boolean
}

export type Statement =
  | (At & { readonly kind: 'data'; readonly text: string })
  | (At & { readonly kind: 'print'; readonly expression: Expression })
  | (At & {
      readonly kind: 'for'
      readonly target: Target
      readonly items: Expression
      readonly filter: Expression | undefined
      readonly recursive: boolean
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
    })
  | (At & {
      readonly kind: 'if'
      readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
      readonly otherwise: readonly Statement[]
    })
  | (At & { readonly kind: 'set'; readonly target: Target; readonly value: Expression })
  | (At & {
      readonly kind: 'set-block'
      readonly target: Target
      readonly filter: FilterExpression | undefined
      readonly body: readonly Statement[]
    })
  | (At & {
      readonly kind: 'with'
      readonly assignments: readonly (readonly [Target, Expression])[]
      readonly body: readonly Statement[]
    })
  | (At & { readonly kind: 'macro'; readonly macro: MacroShape })
  | (At & { readonly kind: 'call-block'; readonly call: CallExpression; readonly caller: MacroShape })
  | (At & {
      readonly kind: 'filter-block'
      readonly filter: FilterExpression
      readonly body: readonly Statement[]
    })
  /** `autoescape`: a scope and nothing more, since nothing is escaped in Ansible. */
  | (At & { readonly kind: 'scope'; readonly body: readonly Statement[] })
  | BlockStatement
  | (At & { readonly kind: 'extends'; readonly template: Expression })
  | (At & {
      readonly kind: 'include'
      readonly template: Expression
      readonly ignoreMissing: boolean
      readonly withContext: boolean
    })
  | (At & {
      readonly kind: 'import'
      readonly template: Expression
      readonly name: string
      readonly withContext: boolean
    })
  | (At & {
      readonly kind: 'from-import'
      readonly template: Expression
      readonly names: readonly { readonly name: string; readonly as: string }[]
      readonly withContext: boolean
    })
