import { PythonError } from '../python/error.ts'
import type { Lookup, Lookups } from './define.ts'

/** Variables of this process's environment; `default` where there is none. */
const env: Lookup = {
  options: ['default'],
  run(terms, options) {
    const given = options.get('default')
    const fallback = given === undefined ? '' : given
    return terms.map((term) => {
      if (typeof term !== 'string') throw new PythonError('the name of an environment variable must be text')
      return process.env[term] ?? fallback
    })
  },
}

export const environmentLookups: Lookups = { env }
