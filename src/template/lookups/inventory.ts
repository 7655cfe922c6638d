import { PythonError } from '../python/error.ts'
import { type Lookups, plainLookup } from './define.ts'

/** Lookups in the inventory. */
export const inventoryLookups: Lookups = {
  /** The hosts of a pattern, in order. A pattern that names nothing gives none, as in Ansible. */
  inventory_hostnames: plainLookup((terms, _options, { home }) => {
    if (home.hosts === undefined) throw new PythonError('there is no inventory here to look in')
    return home.hosts(
      terms.map((term) => {
        if (typeof term === 'string') return term
        throw new PythonError('the pattern of inventory_hostnames must be text')
      }),
    )
  }),
}
