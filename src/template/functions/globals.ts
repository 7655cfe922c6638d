import { REDACTED } from '../../values/secret.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { resolveValue } from '../evaluator/values/resolve-operand.ts'
import { hideIf, Taint } from '../evaluator/values/secrets.ts'
import { lookup } from '../lookups/lookup.ts'
import { entriesOf } from '../methods/dicts.ts'
import { type CallArguments, Callable, Namespace, type Operand, Range, Undefined } from '../operand.ts'
import { typeOf } from '../operators/type-of.ts'
import { PythonError } from '../python/error.ts'
import { Cycler, Joiner } from './cycler.ts'
import { now } from './now.ts'

type GlobalFunction = (args: CallArguments, evaluation: Evaluation) => Operand

/** A range longer than this is refused. */
const LONGEST = 1_000_000

const range: GlobalFunction = (args, evaluation) => {
  if (args.positional.length < 1 || args.positional.length > 3 || args.named.size > 0) {
    throw new PythonError(`range expected 1 to 3 arguments, got ${args.positional.length}`)
  }
  const taint = new Taint()
  const numbers = args.positional.map((argument) => {
    const value = resolveValue(evaluation, argument, taint)
    if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
    throw new PythonError(`'${typeOf(value)}' object cannot be interpreted as an integer`)
  })
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1]
  if (step === 0) throw new PythonError('range() arg 3 must not be zero')
  const result = new Range(start, stop, step)
  if (result.length > LONGEST) throw new PythonError(`a range of more than ${LONGEST} numbers is refused`)
  return hideIf(taint, result)
}

/** `undef('why')`: an undefined value with a reason of one's own. */
const undef: GlobalFunction = (args, evaluation) => {
  const hint = args.positional[0] ?? args.named.get('hint') ?? null
  const taint = new Taint()
  const text = resolveValue(evaluation, hint, taint)
  const reason = taint.hidden ? REDACTED : typeof text === 'string' ? text : 'undef() was used here'
  return new Undefined(reason, () => undefined)
}

const FUNCTIONS: Readonly<Record<string, GlobalFunction>> = {
  range,
  undef,
  now,
  dict: entriesOf,
  namespace: (args, evaluation) => new Namespace(entriesOf(args, evaluation)),
  cycler: (args) => new Cycler(args.positional),
  joiner: (args) => new Joiner(args.positional[0] ?? args.named.get('sep') ?? ', '),
  lookup: (args, evaluation) => lookup(args, evaluation, false),
  query: (args, evaluation) => lookup(args, evaluation, true),
  q: (args, evaluation) => lookup(args, evaluation, true),
}

/** The names of all functions. */
export function functionNames(): string[] {
  return Object.keys(FUNCTIONS)
}

/** The function that every template knows by that name. */
export function globalNamed(name: string, evaluation: Evaluation): Operand | undefined {
  if (!Object.hasOwn(FUNCTIONS, name)) return undefined
  const call = FUNCTIONS[name]!
  return new Callable('function', name, (args) => call(args, evaluation))
}
