import { Hidden, Namespace, type Operand } from '../../operand.ts'
import type { Statement } from '../../parser/nodes.ts'
import { type Context, inner } from '../context.ts'
import { evaluate, evaluateFilter, isTrue } from '../expressions.ts'
import { concat } from '../values/concat.ts'
import { assign } from './assign.ts'
import { executeBlock, executeExtends } from './blocks.ts'
import { executeFromImport, executeImport, executeInclude } from './includes.ts'
import { executeFor } from './loop.ts'
import { callWithBlock, Macro } from './macro.ts'

/** Executes statements one after the other; what they print goes to `pieces`. */
export function execute(body: readonly Statement[], context: Context, pieces: Operand[]): void {
  for (const statement of body) {
    // What stands beside the blocks of a template that extends another is not printed.
    if (context.run?.parent !== undefined && PRINTING.has(statement.kind)) continue
    executeOne(statement, context, pieces)
  }
}

const PRINTING = new Set<Statement['kind']>([
  'data',
  'print',
  'block',
  'include',
  'call-block',
  'filter-block',
])

function executeOne(statement: Statement, context: Context, pieces: Operand[]): void {
  switch (statement.kind) {
    case 'data':
      pieces.push(statement.text)
      break
    case 'print':
      pieces.push(asPrinted(evaluate(statement.expression, context)))
      break
    case 'if': {
      const branch = statement.branches.find(({ test }) => isTrue(evaluate(test, context)))
      execute(branch === undefined ? statement.otherwise : branch.body, context, pieces)
      break
    }
    case 'for':
      executeFor(statement, context, pieces)
      break
    case 'set':
      assign(statement.target, evaluate(statement.value, context), context)
      break
    case 'set-block': {
      const text = textOf(statement.body, inner(context))
      const { filter } = statement
      assign(statement.target, filter === undefined ? text : evaluateFilter(filter, context, text), context)
      break
    }
    case 'with': {
      const values = statement.assignments.map(([, value]) => evaluate(value, context))
      const inside = inner(context)
      statement.assignments.forEach(([target], index) => {
        assign(target, values[index]!, inside)
      })
      execute(statement.body, inside, pieces)
      break
    }
    case 'macro':
      context.variables.set(statement.macro.name, new Macro(statement.macro, context))
      break
    case 'call-block':
      pieces.push(callWithBlock(statement, context))
      break
    case 'filter-block': {
      const text = textOf(statement.body, inner(context))
      pieces.push(evaluateFilter(statement.filter, context, text === null ? '' : text))
      break
    }
    case 'scope':
      execute(statement.body, inner(context), pieces)
      break
    case 'block':
      executeBlock(statement, context, pieces)
      break
    case 'extends':
      executeExtends(statement, context)
      break
    case 'include':
      executeInclude(statement, context, pieces)
      break
    case 'import':
      executeImport(statement, context)
      break
    case 'from-import':
      executeFromImport(statement, context)
      break
  }
}

/** What is printed stays printed, whatever the template does to the list or dict afterwards (lazy dicts never change). */
function asPrinted(value: Operand): Operand {
  if (value instanceof Hidden) return new Hidden(asPrinted(value.value), value.origin)
  if (Array.isArray(value)) return value.constructor === Array ? [...value] : value
  if (value instanceof Map) return value.constructor === Map ? new Map(value) : value
  return value instanceof Namespace ? new Namespace(new Map(value.attributes)) : value
}

/** What statements print, as one value. */
export function textOf(body: readonly Statement[], context: Context): Operand {
  const pieces: Operand[] = []
  execute(body, context, pieces)
  return concat(context.evaluation, pieces)
}
