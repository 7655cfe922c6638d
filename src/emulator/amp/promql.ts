import type { Labels, Sample, Series } from './series-store.ts'

/** How far back an instant query looks for a sample (Prometheus' default). */
const LOOKBACK = 5 * 60_000

type Expression =
  | { readonly kind: 'selector'; readonly matchers: readonly ((labels: Labels) => boolean)[] }
  | {
      readonly kind: 'call'
      readonly name: FunctionName
      /** Labels by which an aggregation keeps results apart. */
      readonly by: readonly string[]
      readonly argument: Expression
    }

type FunctionName = 'count' | 'max' | 'min' | 'sum' | 'timestamp'
const FUNCTIONS: readonly string[] = ['count', 'max', 'min', 'sum', 'timestamp'] satisfies FunctionName[]

export interface Point {
  readonly labels: Labels
  readonly value: number
  /** When it was sampled, milliseconds. */
  readonly sampled: number
}

/** The query is not one that this stand-in evaluates. */
export class QueryError extends Error {}

// Written by hand: plain selectors, and the few functions that proving "series arrive" needs. Whoever needs PromQL
// names a real Prometheus to the cloud.

/**
 * Evaluates an instant query: a selector, its timestamp, or count, max, min or sum of one, `by` labels or not.
 * @param time milliseconds
 * @throws QueryError
 */
export function instantQuery(text: string, all: readonly Series[], time: number): readonly Point[] {
  return evaluate(parse(text), all, time)
}

function evaluate(expression: Expression, all: readonly Series[], time: number): readonly Point[] {
  if (expression.kind === 'selector') {
    return all
      .filter(({ labels }) => expression.matchers.every((matcher) => matcher(labels)))
      .flatMap(({ labels, samples }) => {
        const sample = newest(samples, time)
        return sample === undefined ? [] : [{ labels, value: sample.value, sampled: sample.timestamp }]
      })
  }
  const points = evaluate(expression.argument, all, time)
  if (expression.name === 'timestamp') {
    return points.map(({ labels: { __name__: _, ...labels }, sampled }) => ({
      labels,
      value: sampled / 1000,
      sampled: time,
    }))
  }
  const { name, by } = expression
  const groups = Map.groupBy(points, ({ labels }) => JSON.stringify(by.map((label) => labels[label] ?? '')))
  return [...groups.values()].map((group) => ({
    // A label that is empty is none.
    labels: Object.fromEntries(by.flatMap((label) => entryOf(group[0]!.labels, label))),
    value: aggregate(
      name,
      group.map(({ value }) => value),
    ),
    sampled: time,
  }))
}

function entryOf(labels: Labels, label: string): [string, string][] {
  const value = labels[label]
  return value === undefined || value === '' ? [] : [[label, value]]
}

function newest(samples: readonly Sample[], time: number): Sample | undefined {
  const sample = samples.findLast(({ timestamp }) => timestamp <= time)
  return sample !== undefined && !sample.stale && sample.timestamp > time - LOOKBACK ? sample : undefined
}

function aggregate(name: Exclude<FunctionName, 'timestamp'>, values: readonly number[]): number {
  switch (name) {
    case 'count':
      return values.length
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0)
    // Not Math.max(...values): a NaN gives way to any number, and there may be very many.
    case 'max':
      return values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best))
    case 'min':
      return values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best))
  }
}

function parse(text: string): Expression {
  const call = /^\s*([a-z]+)\s*(?:by\s*\(([\w\s,]*)\)\s*)?\((.*)\)\s*$/s.exec(text)
  if (call === null) return { kind: 'selector', matchers: parseSelector(text) }
  const [, name, labels, argument] = call as unknown as [string, FunctionName, string | undefined, string]
  if (!FUNCTIONS.includes(name)) {
    throw new QueryError(
      `the embedded cloud evaluates selectors and ${FUNCTIONS.join(', ')} of them, not ${name}(); give it a real Prometheus for more`,
    )
  }
  if (labels !== undefined && name === 'timestamp')
    throw new QueryError('parse error: timestamp takes no "by"')
  const by = (labels ?? '')
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '')
  return { kind: 'call', name, by, argument: parse(argument) }
}

function parseSelector(text: string): ((labels: Labels) => boolean)[] {
  const parts = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(.*)\})?\s*$/s.exec(text)
  const [, name, inside] = parts ?? []
  if (parts === null || (name === undefined && inside === undefined)) {
    throw new QueryError(`parse error: ${JSON.stringify(text)} is not a plain selector`)
  }
  const matchers: ((labels: Labels) => boolean)[] = []
  if (name !== undefined) matchers.push((labels) => labels['__name__'] === name)
  const pattern =
    /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(,|$)/sy
  let at = 0
  while (inside !== undefined && inside.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const match = pattern.exec(inside)
    if (match === null)
      throw new QueryError(`parse error: unexpected ${JSON.stringify(inside.slice(at))} in label matching`)
    matchers.push(matcherOf(match[1]!, match[2]!, unquote(match[3]!)))
    at = pattern.lastIndex
  }
  if (matchers.length === 0) {
    throw new QueryError('parse error: vector selector must contain at least one non-empty matcher')
  }
  return matchers
}

/** A label that is not there counts as empty. Patterns match the whole value. */
function matcherOf(label: string, operator: string, value: string): (labels: Labels) => boolean {
  if (operator === '=') return (labels) => (labels[label] ?? '') === value
  if (operator === '!=') return (labels) => (labels[label] ?? '') !== value
  let expression: RegExp
  try {
    expression = new RegExp(`^(?:${value})$`, 's')
  } catch (error) {
    throw new QueryError(`parse error: ${(error as Error).message}`)
  }
  return (labels) => expression.test(labels[label] ?? '') === (operator === '=~')
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_, character: string) => {
    return { n: '\n', t: '\t', r: '\r' }[character] ?? character
  })
}
