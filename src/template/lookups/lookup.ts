import { joinTexts, Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { TemplateError } from '../api.ts'
import { isMissing, isOwn } from '../evaluator/errors.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { isTrue } from '../evaluator/expressions.ts'
import { resolveValue } from '../evaluator/values/resolve-operand.ts'
import { guarded, Taint } from '../evaluator/values/secrets.ts'
import { type CallArguments, type Operand, Undefined } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { shortName } from '../registry.ts'
import { findLookup, lookupNames } from './index.ts'
import { OF_THE_CALL, optionMistake } from './options.ts'

/** `lookup(name, terms...)`, and `query(name, terms...)` which always gives a list. */
export function lookup(args: CallArguments, evaluation: Evaluation, asList: boolean): Operand {
  const [name, ...terms] = args.positional
  if (typeof name !== 'string') throw new PythonError('lookup() needs the name of a lookup plugin')
  const plugin = findLookup(shortName(name))
  if (plugin === undefined) throw unknown(name)
  const wantsList = asList || isTrue(args.named.get('wantlist') ?? false)
  const errors = args.named.get('errors') ?? 'strict'
  const taint = new Taint()
  const plainTerms = terms.map((term) => resolveValue(evaluation, term, taint))
  const options = new Map<string, Value>()
  for (const [key, value] of args.named) {
    if (!OF_THE_CALL.includes(key)) options.set(key, resolveValue(evaluation, value, taint))
  }
  try {
    return guarded(taint, `the lookup '${name}'`, () => {
      const wrong = optionMistake(options.keys(), plugin)
      if (wrong !== undefined) throw new PythonError(wrong)
      const found = plugin.run(plainTerms, options, evaluation)
      return wantsList ? [...found] : joined(found)
    })
  } catch (error) {
    if (!isOwn(error)) throw error
    // What is missing inside makes the result missing, so that `default` can help.
    if (isMissing(error)) return new Undefined(error.message, () => error.position)
    if (errors === 'ignore' || errors === 'warn') return wantsList ? [] : null
    if (error instanceof TemplateError) throw error
    throw new TemplateError(`The lookup plugin '${name}' failed: ${error.message}`)
  }
}

function unknown(name: string): TemplateError {
  return new TemplateError(`The lookup plugin '${name}' was not found. Known: ${lookupNames().join(', ')}`)
}

/** Texts are joined by commas, a single find stands for itself. */
function joined(found: readonly Operand[]): Operand {
  if (found.length === 1) return found[0]!
  if (found.length === 0 || !found.every((item) => typeof item === 'string' || item instanceof Secret))
    return [...found]
  return joinTexts(found as (string | Secret)[], ',')
}
