import type { Position } from '../values/position.ts'
import { TemplateError } from './api.ts'
import { isFilter, isTest } from './evaluator/tests.ts'
import type { Expression, Statement } from './parser/nodes.ts'
import type { ParsedExpression, Template } from './parser/parse.ts'
import { childrenOf, partsOf } from './parser/walk.ts'

/** A filter or test that does not exist. */
export interface UnknownName {
  readonly kind: 'filter' | 'test'
  readonly name: string
  readonly position: Position | undefined
  /** Stands in a branch that may never be taken: an error only when it is reached. */
  readonly excused: boolean
}

/** Every unknown filter and test of a template. */
export function unknownNames(template: Template): UnknownName[] {
  const found: UnknownName[] = []
  searchBody(template.body, false, template.locate, found)
  return found
}

/** Every unknown filter and test of an expression. */
export function unknownNamesInExpression(parsed: ParsedExpression): UnknownName[] {
  const found: UnknownName[] = []
  search(parsed.expression, false, parsed.locate, found)
  return found
}

/** @throws TemplateError for an unknown filter or test, save in a branch that may never be taken */
export function requireKnownInTemplate(template: Template): void {
  refuse(unknownNames(template))
}

/** @throws TemplateError for an unknown filter or test, save in a branch that may never be taken */
export function requireKnownInExpression(parsed: ParsedExpression): void {
  refuse(unknownNamesInExpression(parsed))
}

function refuse(unknown: readonly UnknownName[]): void {
  const first = unknown.find(({ excused }) => !excused)
  if (first === undefined) return
  throw new TemplateError(`Syntax error in template: No ${first.kind} named '${first.name}'.`, first.position)
}

type Locate = Template['locate']

function searchBody(
  body: readonly Statement[],
  excused: boolean,
  locate: Locate,
  found: UnknownName[],
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

function search(expression: Expression, excused: boolean, locate: Locate, found: UnknownName[]): void {
  if (expression.kind === 'filter' || expression.kind === 'test') {
    const { kind, name, at } = expression
    if (!(kind === 'filter' ? isFilter(name) : isTest(name))) {
      found.push({ kind, name, position: locate(at), excused })
    }
  }
  const inner = excused || expression.kind === 'condition'
  for (const child of childrenOf(expression)) search(child, inner, locate, found)
}
