import { type Operand, Range, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import { PythonError } from '../../python/error.ts'
import { slice, sliceText } from '../../python/sequence.ts'
import { guarded, reveal, Taint } from './secrets.ts'

export interface Bounds {
  readonly start: Operand
  readonly stop: Operand
  readonly step: Operand
}

/** `value[start:stop:step]`; null is a bound left out. @throws PythonError as Python does */
export function sliceOf(value: Operand, bounds: Bounds): Operand {
  if (value instanceof Undefined) return value
  const taint = new Taint()
  const object = reveal(value, taint)
  const bound = (given: Operand): number | null => {
    const whole = reveal(given, taint)
    if (whole === null || typeof whole === 'number') return whole
    if (typeof whole === 'boolean') return Number(whole)
    throw new PythonError('slice indices must be integers or None or have an __index__ method')
  }
  const [start, stop, step] = [bound(bounds.start), bound(bounds.stop), bound(bounds.step)]
  return guarded(taint, 'a slice', () => {
    if (typeof object === 'string') return sliceText(object, start, stop, step)
    if (Array.isArray(object)) return slice(object, start, stop, step)
    if (object instanceof Tuple) return new Tuple(slice(object.items, start, stop, step))
    if (object instanceof Range) return slice(object.items(), start, stop, step)
    throw new PythonError(`'${typeOf(object)}' object is not subscriptable`)
  })
}
