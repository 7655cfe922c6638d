import { extract } from './extract.ts'
import type { LazyFilter } from './filter.ts'
import { itemFilters } from './items.ts'
import { selectingFilters } from './selecting.ts'
import { undefinedFilters } from './undefined.ts'

/** The filters that the engine keeps, by name. */
export const lazyFilters: ReadonlyMap<string, LazyFilter> = new Map([
  ...Object.entries({ extract }),
  ...Object.entries(undefinedFilters),
  ...Object.entries(itemFilters),
  ...Object.entries(selectingFilters),
])
