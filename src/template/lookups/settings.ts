import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import type { Lookup, Lookups } from './define.ts'

/** The values of Ansible's settings by their names. */
const config: Lookup = {
  options: ['on_missing'],
  refused: {
    plugin_type: 'only settings of the core are known',
    plugin_name: 'only settings of the core are known',
    show_origin: 'muster config shows where a setting comes from',
  },
  run(terms, options, { home }) {
    const onMissing = options.get('on_missing') ?? 'error'
    if (onMissing !== 'error' && onMissing !== 'warn' && onMissing !== 'skip') {
      throw new PythonError(`"on_missing" must be a string and one of "error", "warn" or "skip"`)
    }
    return terms.flatMap((term) => {
      const name = asText(term, 'the name of a setting')
      const value = home.setting?.(name)
      if (value !== undefined) return [value]
      if (onMissing !== 'error') return []
      throw new PythonError(`muster knows no setting of Ansible's called ${name}`)
    })
  },
}

export const settingLookups: Lookups = { config }
