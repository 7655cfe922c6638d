import type { Value } from '../../values/value.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { PythonError } from '../python/error.ts'
import { splitLines } from '../python/text/lines.ts'
import { stripEnd } from '../python/text/strip.ts'
import { type Lookups, plainLookup } from './define.ts'

/** What a line of shell printed on the controller. @throws PythonError when it did not end with 0 */
function outputOf(term: Value, name: string, { home }: Evaluation): string {
  if (typeof term !== 'string') throw new PythonError(`the command of ${name} must be text`)
  if (home.run === undefined) throw new PythonError('programs cannot be run on the controller here')
  const { status, stdout, stderr, problem } = home.run(term)
  if (status === 0) return stdout
  const why = status === null ? (problem ?? 'it was ended from outside') : `returned ${status}`
  const said = stripEnd(stderr)
  throw new PythonError(`lookup_plugin.${name}(${term}) ${why}${said === '' ? '' : `: ${said}`}`)
}

/** Lookups that run programs on the controller, in the playbook's folder. */
export const programLookups: Lookups = {
  /** The output, white space at its end dropped. */
  pipe: plainLookup((terms, _options, evaluation) =>
    terms.map((term) => stripEnd(outputOf(term, 'pipe', evaluation))),
  ),
  /** The lines of the output. */
  lines: plainLookup((terms, _options, evaluation) =>
    terms.flatMap((term) => splitLines(outputOf(term, 'lines', evaluation))),
  ),
}
