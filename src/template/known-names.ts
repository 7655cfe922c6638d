import type { Position } from '../values/position.ts'
import { TemplateError } from './api.ts'
import { isFilter, isTest } from './evaluator/tests.ts'
import { findLookup } from './lookups/index.ts'
import type { Expression, Statement } from './parser/nodes.ts'
import type { ParsedExpression, Template } from './parser/parse.ts'
import { childrenOf, partsOf } from './parser/walk.ts'
import { shortName } from './registry.ts'

/** A filter, test or lookup that does not exist. */
export interface UnknownName {
  readonly kind: 'filter' | 'test' | 'lookup'
  readonly name: string
  readonly position: Position | undefined
  /** Stands in a branch that may never be taken: an error only when it is reached. */
  readonly excused: boolean
}

/** Every unknown filter, test and lookup of a template. */
export function unknownNames(template: Template): UnknownName[] {
  const found: UnknownName[] = []
  searchBody(template.body, false, template.locate, found)
  return found
}

/** Every unknown filter, test and lookup of an expression. */
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
  // A lookup is missing when it is called, and `errors='ignore'` may help.
  const first = unknown.find(({ kind, excused }) => !excused && kind !== 'lookup')
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
  const plugin = namedLookup(expression)
  if (plugin !== undefined && findLookup(shortName(plugin.name)) === undefined) {
    found.push({ kind: 'lookup', name: plugin.name, position: locate(plugin.at), excused })
  }
  const inner = excused || expression.kind === 'condition'
  for (const child of childrenOf(expression)) search(child, inner, locate, found)
}

const LOOKUP_FUNCTIONS = ['lookup', 'query', 'q']

/** The lookup that a call names as a constant, and the place of the name. */
function namedLookup(expression: Expression): { readonly name: string; readonly at: number } | undefined {
  if (expression.kind !== 'call' || expression.of.kind !== 'name') return undefined
  const [first] = expression.args.positional
  if (!LOOKUP_FUNCTIONS.includes(expression.of.name) || first?.kind !== 'constant') return undefined
  return typeof first.value === 'string' ? { name: first.value, at: first.at } : undefined
}
