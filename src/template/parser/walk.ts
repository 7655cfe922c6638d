import type { ArgumentList, Expression, MacroShape, Statement } from './nodes.ts'

/** Calls `visit` for an expression and every expression inside it. */
export function walkExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression)
  for (const child of childrenOf(expression)) walkExpression(child, visit)
}

/** The expressions right below an expression. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'name':
      return []
    case 'list':
    case 'tuple':
      return expression.items
    case 'dict':
      return expression.pairs.flat()
    case 'attribute':
    case 'unary':
      return [expression.of]
    case 'item':
      return [expression.of, expression.index]
    case 'slice':
      return [expression.start, expression.stop, expression.step].filter((part) => part !== undefined)
    case 'call':
    case 'test':
      return [expression.of, ...argumentsOf(expression.args)]
    case 'filter':
      return [...(expression.of === undefined ? [] : [expression.of]), ...argumentsOf(expression.args)]
    case 'binary':
    case 'and':
    case 'or':
      return [expression.left, expression.right]
    case 'concat':
      return expression.parts
    case 'compare':
      return [expression.first, ...expression.rest.map(({ right }) => right)]
    case 'condition':
      return [
        expression.test,
        expression.value,
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ]
  }
}

function argumentsOf(args: ArgumentList): readonly Expression[] {
  const rest = [args.rest, args.namedRest].filter((part) => part !== undefined)
  return [...args.positional, ...args.named.map(([, value]) => value), ...rest]
}

/** The expressions and the bodies right below a statement. */
export function partsOf(statement: Statement): {
  readonly expressions: readonly Expression[]
  readonly bodies: readonly (readonly Statement[])[]
} {
  switch (statement.kind) {
    case 'data':
      return { expressions: [], bodies: [] }
    case 'print':
      return { expressions: [statement.expression], bodies: [] }
    case 'for': {
      const filter = statement.filter === undefined ? [] : [statement.filter]
      return { expressions: [statement.items, ...filter], bodies: [statement.body, statement.otherwise] }
    }
    case 'if':
      return {
        expressions: statement.branches.map(({ test }) => test),
        bodies: [...statement.branches.map(({ body }) => body), statement.otherwise],
      }
    case 'set':
      return { expressions: [statement.value], bodies: [] }
    case 'set-block':
      return {
        expressions: statement.filter === undefined ? [] : [statement.filter],
        bodies: [statement.body],
      }
    case 'with':
      return { expressions: statement.assignments.map(([, value]) => value), bodies: [statement.body] }
    case 'macro':
      return macroParts(statement.macro)
    case 'call-block': {
      const caller = macroParts(statement.caller)
      return { expressions: [statement.call, ...caller.expressions], bodies: caller.bodies }
    }
    case 'filter-block':
      return { expressions: [statement.filter], bodies: [statement.body] }
    case 'scope':
    case 'block':
      return { expressions: [], bodies: [statement.body] }
    case 'extends':
    case 'include':
    case 'import':
    case 'from-import':
      return { expressions: [statement.template], bodies: [] }
  }
}

function macroParts(macro: MacroShape) {
  const expressions = macro.parameters.flatMap(({ fallback }) => (fallback === undefined ? [] : [fallback]))
  return { expressions, bodies: [macro.body] }
}

/** Calls `visit` for every expression in statements, however deep. */
export function walkStatements(body: readonly Statement[], visit: (expression: Expression) => void): void {
  for (const statement of body) {
    const { expressions, bodies } = partsOf(statement)
    for (const expression of expressions) walkExpression(expression, visit)
    for (const inner of bodies) walkStatements(inner, visit)
  }
}
