import type { Filter, Test } from './filter.ts'
import { filters as combinationsFilters } from './filters/combinations.ts'
import { filters as combineFilters } from './filters/combine.ts'
import { filters as commentFilters } from './filters/comment.ts'
import { filters as datesFilters } from './filters/dates.ts'
import { filters as dictsFilters } from './filters/dicts.ts'
import { filters as encodingFilters } from './filters/encoding.ts'
import { filters as formatsFilters } from './filters/formats.ts'
import { filters as hashesFilters } from './filters/hashes.ts'
import { filters as htmlFilters } from './filters/html.ts'
import { filters as jsonFilters } from './filters/json.ts'
import { filters as listsFilters } from './filters/lists.ts'
import { filters as logicFilters } from './filters/logic.ts'
import { filters as numbersFilters } from './filters/numbers.ts'
import { filters as passwordHashFilters } from './filters/password-hash.ts'
import { filters as pathsFilters } from './filters/paths.ts'
import { filters as pprintFilters } from './filters/pprint.ts'
import { filters as randomFilters } from './filters/random.ts'
import { filters as regexFilters } from './filters/regex.ts'
import { filters as setsFilters } from './filters/sets.ts'
import { filters as sizesFilters } from './filters/sizes.ts'
import { filters as sumFilters } from './filters/sum.ts'
import { filters as textFilters } from './filters/text.ts'
import { filters as unsupportedFilters } from './filters/unsupported.ts'
import { filters as urlsFilters } from './filters/urls.ts'
import { filters as yamlFilters } from './filters/yaml.ts'
import { tests as comparisonsTests } from './tests/comparisons.ts'
import { tests as filesTests } from './tests/files.ts'
import { tests as numbersTests } from './tests/numbers.ts'
import { tests as resultsTests } from './tests/results.ts'
import { tests as textTests } from './tests/text.ts'
import { tests as truthTests } from './tests/truth.ts'
import { tests as typesTests } from './tests/types.ts'
import { tests as versionTests } from './tests/version.ts'

const FILTER_FAMILIES = [
  combinationsFilters,
  combineFilters,
  commentFilters,
  datesFilters,
  dictsFilters,
  encodingFilters,
  formatsFilters,
  hashesFilters,
  htmlFilters,
  jsonFilters,
  listsFilters,
  logicFilters,
  numbersFilters,
  passwordHashFilters,
  pathsFilters,
  pprintFilters,
  randomFilters,
  regexFilters,
  setsFilters,
  sizesFilters,
  sumFilters,
  textFilters,
  unsupportedFilters,
  urlsFilters,
  yamlFilters,
]

const TEST_FAMILIES = [
  comparisonsTests,
  filesTests,
  numbersTests,
  resultsTests,
  textTests,
  truthTests,
  typesTests,
  versionTests,
]

const filters = new Map<string, Filter>(FILTER_FAMILIES.flatMap((family) => Object.entries(family)))
const tests = new Map<string, Test>(TEST_FAMILIES.flatMap((family) => Object.entries(family)))

/** A name without the collection it may carry: `ansible.builtin.upper` is `upper`. */
export function shortName(name: string): string {
  return name.replace(/^ansible\.(?:builtin|legacy)\./, '')
}

/** The filter of that short name among the families. */
export function findFilter(name: string): Filter | undefined {
  return filters.get(name)
}

/** The test of that short name among the families. */
export function findTest(name: string): Test | undefined {
  return tests.get(name)
}

/** The names of all filters, short ones and those with a collection. */
export function filterNames(): string[] {
  return [...filters.keys()]
}

/** The names of all tests, short ones and those with a collection. */
export function testNames(): string[] {
  return [...tests.keys()]
}
