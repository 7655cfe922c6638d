import { TemplateError } from '../api.ts'
import { raise } from '../evaluator/errors.ts'
import { Undefined } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { pythonRegex } from '../python/regex/regex.ts'
import { type Lookup, type Lookups, plainLookup } from './define.ts'

/** The values of variables named by text. */
const vars: Lookup = {
  options: ['default'],
  run: (terms, options, evaluation) =>
    terms.map((term) => {
      if (typeof term !== 'string') throw new PythonError(`Invalid setting identifier, "${term}" is no text`)
      const value = evaluation.variable(term)
      if (value === undefined) {
        const fallback = options.get('default')
        if (fallback === undefined) throw new TemplateError(`No variable named '${term}' was found.`)
        return fallback
      }
      const result = evaluation.force(value)
      if (result instanceof Undefined) raise(result)
      return result
    }),
}

/** The names of variables that match a pattern. */
const varnames: Lookup = plainLookup((terms, _options, evaluation) => {
  const names = evaluation.names()
  return terms.flatMap((term) => {
    if (typeof term !== 'string') throw new PythonError('the pattern of varnames must be text')
    const pattern = pythonRegex(term)
    return names.filter((name) => pattern.search(name) !== null)
  })
})

export const variableLookups: Lookups = { vars, varnames }
