import { type CallArguments, Instance, type Operand, Tuple, Undefined } from '../../operand.ts'
import type { MacroShape, Statement } from '../../parser/nodes.ts'
import { PythonError } from '../../python/error.ts'
import { argumentsOf, callOperand } from '../calls.ts'
import { type Context, inner, Variables } from '../context.ts'
import { evaluate } from '../expressions.ts'
import { inFrame } from '../run.ts'
import { textOf } from './statements.ts'

/** A macro with the place where it was defined: its names, its source. */
export class Macro extends Instance {
  readonly typeName = 'Macro'
  readonly #shape: MacroShape

  constructor(shape: MacroShape, home: Context) {
    super((args) => invoke(shape, home, args))
    this.#shape = shape
  }

  attribute(name: string): Operand | undefined {
    switch (name) {
      case 'name':
        return this.#shape.name
      case 'arguments':
        return this.#shape.parameters.map((parameter) => parameter.name)
      case 'catch_varargs':
        return this.#shape.uses.has('varargs')
      case 'catch_kwargs':
        return this.#shape.uses.has('kwargs')
      case 'caller':
        return this.#shape.uses.has('caller')
    }
    return undefined
  }
}

function invoke(shape: MacroShape, home: Context, args: CallArguments): Operand {
  const { evaluation, run, frame } = home
  const variables = new Variables(home.variables)
  return evaluation.deeper(() =>
    inFrame(frame, evaluation, variables, run, (context) => {
      bindParameters(shape, args, context)
      return textOf(shape.body, context)
    }),
  )
}

function bindParameters(shape: MacroShape, args: CallArguments, context: Context): void {
  const { parameters, uses, name } = shape
  const { variables, frame } = context
  const named = new Map(args.named)
  const caller = named.get('caller')
  named.delete('caller')
  parameters.forEach((parameter, index) => {
    const given = index < args.positional.length ? args.positional[index] : named.get(parameter.name)
    if (index < args.positional.length && named.has(parameter.name)) {
      throw new PythonError(`macro '${name}' got multiple values for argument '${parameter.name}'`)
    }
    named.delete(parameter.name)
    if (given !== undefined) variables.set(parameter.name, given)
    else if (parameter.fallback !== undefined)
      variables.set(parameter.name, evaluate(parameter.fallback, context))
    else
      variables.set(
        parameter.name,
        new Undefined(`parameter '${parameter.name}' was not provided`, frame.mark()),
      )
  })
  const extra = args.positional.slice(parameters.length)
  if (uses.has('varargs')) variables.set('varargs', new Tuple(extra))
  else if (extra.length > 0) {
    throw new PythonError(`macro '${name}' takes not more than ${parameters.length} argument(s)`)
  }
  if (uses.has('kwargs')) variables.set('kwargs', new Map(named))
  else if (named.size > 0) {
    throw new PythonError(`macro '${name}' takes no keyword argument '${[...named.keys()][0]}'`)
  }
  if (uses.has('caller')) {
    variables.set('caller', caller ?? new Undefined('No caller defined', frame.mark(), 'caller'))
  } else if (caller !== undefined) {
    throw new PythonError(`macro '${name}' does not use caller(), so it cannot be used with {% call %}`)
  }
}

/** `{% call name(args) %}...{% endcall %}` */
export function callWithBlock(statement: Statement & { kind: 'call-block' }, context: Context): Operand {
  const callee = evaluate(statement.call.of, context)
  const args = argumentsOf(statement.call.args, context)
  const caller = new Macro(statement.caller, inner(context))
  context.frame.at = statement.call.at
  const named = new Map<string, Operand>([...args.named, ['caller', caller]])
  return callOperand(callee, { positional: args.positional, named })
}
