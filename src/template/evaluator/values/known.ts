import { filterNames, testNames } from '../../registry.ts'
import { lazyFilters } from '../lazy/index.ts'
import { lazyTestNames } from '../tests.ts'

/** The names of all filters, for messages. */
export function knownFilterNames(): string[] {
  return [...lazyFilters.keys(), ...filterNames()]
}

/** The names of all tests, for messages. */
export function knownTestNames(): string[] {
  return [...lazyTestNames(), ...testNames()]
}
