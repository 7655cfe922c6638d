import { Namespace, type Operand } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import type { Target } from '../../parser/nodes.ts'
import { PythonError } from '../../python/error.ts'
import type { Context } from '../context.ts'
import { reveal, Taint } from '../values/secrets.ts'
import { iterate } from './iterate.ts'

/** Puts a value where a `for`, `set` or `with` says: in a name, in several, in a namespace. */
export function assign(target: Target, value: Operand, context: Context): void {
  switch (target.kind) {
    case 'name':
      context.variables.set(target.name, context.evaluation.force(value))
      break
    case 'namespace': {
      const object = context.variables.get(target.name)
      context.frame.at = target.at
      if (!(object instanceof Namespace))
        throw new PythonError('cannot assign attribute on non-namespace object')
      object.attributes.set(target.attribute, value)
      break
    }
    case 'tuple': {
      context.frame.at = target.at
      const items = unpacked(context.evaluation.force(value), target.items.length)
      target.items.forEach((inner, index) => {
        assign(inner, items[index]!, context)
      })
      break
    }
  }
}

function unpacked(value: Operand, count: number): readonly Operand[] {
  const content = reveal(value, new Taint())
  if (typeof content === 'number' || typeof content === 'boolean' || content === null) {
    throw new PythonError(`cannot unpack non-iterable ${typeOf(content)} object`)
  }
  const items = iterate(value)
  if (items.length > count) throw new PythonError(`too many values to unpack (expected ${count})`)
  if (items.length < count) {
    throw new PythonError(`not enough values to unpack (expected ${count}, got ${items.length})`)
  }
  return items
}
