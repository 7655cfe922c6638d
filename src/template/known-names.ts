import type { Position } from '../values/position.ts'
import { TemplateError } from './api.ts'
import { type CallMistake, callMistakes } from './call-mistakes.ts'
import type { Expression, Statement } from './parser/nodes.ts'
import type { ParsedExpression, Template } from './parser/parse.ts'
import { childrenOf, partsOf } from './parser/walk.ts'

/** A {@link CallMistake} with its place. */
export interface PlacedMistake extends CallMistake {
  readonly position: Position | undefined
  /** Stands in a branch that may never be taken: an error only when it is reached. */
  readonly excused: boolean
}

/** Every filter, test and lookup of a template that is not there or is called with arguments that it does not take. */
export function mistakesInTemplate(template: Template): PlacedMistake[] {
  const found: PlacedMistake[] = []
  searchBody(template.body, false, template.locate, found)
  return found
}

/** The same of an expression. */
export function mistakesInExpression(parsed: ParsedExpression): PlacedMistake[] {
  const found: PlacedMistake[] = []
  search(parsed.expression, false, parsed.locate, found)
  return found
}

/** @throws TemplateError for an unknown filter or test, save in a branch that may never be taken */
export function requireKnownInTemplate(template: Template): void {
  refuse(mistakesInTemplate(template))
}

/** @throws TemplateError for an unknown filter or test, save in a branch that may never be taken */
export function requireKnownInExpression(parsed: ParsedExpression): void {
  refuse(mistakesInExpression(parsed))
}

function refuse(mistakes: readonly PlacedMistake[]): void {
  // A lookup is missing when it is called, and `errors='ignore'` may help; so is what `map` names, and wrong arguments
  // are wrong then.
  const first = mistakes.find(
    (one) => !one.excused && one.kind !== 'lookup' && one.arguments === undefined && one.by === undefined,
  )
  if (first === undefined) return
  throw new TemplateError(`Syntax error in template: No ${first.kind} named '${first.name}'.`, first.position)
}

type Locate = Template['locate']

function searchBody(
  body: readonly Statement[],
  excused: boolean,
  locate: Locate,
  found: PlacedMistake[],
): void {
  for (const statement of body) {
    const { expressions, bodies } = partsOf(statement)
    // Ansible excuses what stands in an `if` only: a loop or macro inside is compiled at once again.
    const branch = statement.kind === 'if' || (excused && KEEPS.has(statement.kind))
    for (const expression of expressions) search(expression, branch, locate, found)
    for (const inner of bodies) searchBody(inner, branch, locate, found)
  }
}

const KEEPS = new Set<Statement['kind']>(['print', 'set', 'include', 'import', 'from-import', 'extends'])

function search(expression: Expression, excused: boolean, locate: Locate, found: PlacedMistake[]): void {
  for (const one of callMistakes(expression)) found.push({ ...one, position: locate(one.at), excused })
  const inner = excused || expression.kind === 'condition'
  for (const child of childrenOf(expression)) search(child, inner, locate, found)
}
