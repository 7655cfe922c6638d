import { printed } from '../evaluator/concat.ts'
import { runTemplate } from '../evaluator/run.ts'
import { hideIf, Taint } from '../evaluator/secrets.ts'
import { templateFile } from '../evaluator/templates.ts'
import { PythonError } from '../python/error.ts'
import type { Lookup } from './lookup.ts'

/** Template files of the playbook, rendered as text. */
const template: Lookup = (terms, _options, evaluation) =>
  terms.map((term) => {
    const found = typeof term === 'string' ? evaluation.home.include?.(term) : undefined
    if (found === undefined) {
      throw new PythonError(`the template file ${String(term)} could not be found for the lookup`)
    }
    const taint = new Taint()
    const parsed = templateFile(found.source, found.file, evaluation.fileOptions)
    const result = evaluation.deeper(() => runTemplate(parsed, evaluation))
    return hideIf(taint, result === null ? '' : printed(evaluation, result, taint))
  })

export const templateLookups: Readonly<Record<string, Lookup>> = { template }
