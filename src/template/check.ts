import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { type CheckTemplate, TemplateError } from './api.ts'
import { TEXT_SETTINGS } from './evaluator/templates.ts'
import { knownFilterNames, knownTestNames } from './evaluator/values/known.ts'
import { mistakesInExpression, mistakesInTemplate, type PlacedMistake } from './known-names.ts'
import { fileSettings } from './lexer/settings.ts'
import { lookupNames } from './lookups/index.ts'
import { parseBareExpression, parseTemplate } from './parser/parse.ts'

/**
 * Mistakes in a template or an expression that show without evaluating it: the first syntax error, or all unknown
 * filters, tests and lookups and the arguments that they do not take, those in branches that may never be taken included.
 */
export const checkTemplate: CheckTemplate = (text) =>
  'expression' in text
    ? problemsOf(() => mistakesInExpression(parseBareExpression(text.expression, text.position)))
    : problemsOf(() => mistakesInTemplate(parseTemplate(text.source, text.position, TEXT_SETTINGS)))

/** {@link checkTemplate} for a whole template file. */
export function checkTemplateFile(source: string, file: string): Problem[] {
  const origin: Position = { file, line: 1, column: 1 }
  return problemsOf(() => mistakesInTemplate(parseTemplate(source, origin, fileSettings({}))))
}

function problemsOf(search: () => PlacedMistake[]): Problem[] {
  try {
    return search().map(problemOf)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return [{ message: error.message, position: error.position }]
  }
}

/** Filters that users know from collections, which are no part of Ansible's core. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  json_query: 'it is in community.general; write the path with map, selectattr and items',
  ipaddr: 'it is in ansible.utils, which muster does not have',
}

const KNOWN: Readonly<Record<PlacedMistake['kind'], () => string[]>> = {
  filter: knownFilterNames,
  test: knownTestNames,
  lookup: lookupNames,
}

function problemOf(mistake: PlacedMistake): Problem {
  const { kind, name, position } = mistake
  if (mistake.arguments !== undefined) return { message: mistake.arguments, position, hint: mistake.hint }
  const known = KNOWN[kind]()
  const elsewhere = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined
  return { message: `No ${kind} named '${name}'.`, position, hint: elsewhere ?? didYouMean(name, known) }
}
