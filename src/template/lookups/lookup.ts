import type { Value } from '../../values/value.ts'
import { TemplateError } from '../api.ts'
import { isMissing, isOwn } from '../evaluator/errors.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { isTrue } from '../evaluator/expressions.ts'
import { plainValue } from '../evaluator/plain.ts'
import { guarded, Taint } from '../evaluator/secrets.ts'
import type { CallArguments, Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { shortName } from '../registry.ts'
import { collectionLookups } from './collections.ts'
import { environmentLookups } from './environment.ts'
import { fileLookups } from './files.ts'
import { sequenceLookups } from './sequence.ts'
import { templateLookups } from './template.ts'
import { variableLookups } from './variables.ts'

/**
 * A lookup: finds data on the controller. Terms and options hold no secrets and nothing lazy. What it finds is data
 * and never a template.
 */
export type Lookup = (
  terms: readonly Value[],
  options: ReadonlyMap<string, Value>,
  evaluation: Evaluation,
) => readonly Operand[]

const LOOKUPS: ReadonlyMap<string, Lookup> = new Map([
  ...Object.entries(collectionLookups),
  ...Object.entries(environmentLookups),
  ...Object.entries(fileLookups),
  ...Object.entries(sequenceLookups),
  ...Object.entries(templateLookups),
  ...Object.entries(variableLookups),
])

/** `lookup(name, terms...)`, and `query(name, terms...)` which always gives a list. */
export function lookup(args: CallArguments, evaluation: Evaluation, asList: boolean): Operand {
  const [name, ...terms] = args.positional
  if (typeof name !== 'string') throw new PythonError('lookup() needs the name of a lookup plugin')
  const plugin = LOOKUPS.get(shortName(name))
  if (plugin === undefined) {
    throw new TemplateError(
      `The lookup plugin '${name}' was not found. Known: ${[...LOOKUPS.keys()].join(', ')}`,
    )
  }
  const named = new Map(args.named)
  const wantsList = asList || isTrue(named.get('wantlist') ?? false)
  const errors = named.get('errors') ?? 'strict'
  named.delete('wantlist')
  named.delete('errors')
  const taint = new Taint()
  const plainTerms = terms.map((term) => plainValue(evaluation, term, taint))
  const options = new Map<string, Value>()
  for (const [key, value] of named) options.set(key, plainValue(evaluation, value, taint))
  try {
    return guarded(taint, `the lookup '${name}'`, () => {
      const found = plugin(plainTerms, options, evaluation)
      return wantsList ? [...found] : joined(found)
    })
  } catch (error) {
    if (!isOwn(error) || isMissing(error)) throw error
    if (errors === 'ignore' || errors === 'warn') return wantsList ? [] : null
    if (error instanceof TemplateError) throw error
    throw new TemplateError(`The lookup plugin '${name}' failed: ${error.message}`)
  }
}

/** Texts are joined by commas, a single find stands for itself. */
function joined(found: readonly Operand[]): Operand {
  if (found.length > 0 && found.every((item) => typeof item === 'string')) return found.join(',')
  return found.length === 1 ? found[0]! : [...found]
}
