import type { Value } from '../values/value.ts'

/** What was written in the brackets behind a filter's or test's name. */
export interface Arguments {
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
}

/** What a filter or test may ask the engine. */
export interface FilterContext {
  /** Fails the evaluation with a message; the engine adds the place and the filter's name. */
  fail(message: string): never
  /** Fails as undefined (`default` up the chain may rescue it). */
  undefined(message: string): never
  filter(name: string, input: Value, args: Arguments): Value
  test(name: string, input: Value, args: Arguments): boolean
  /** Attribute or item by Jinja's rules (`a.b`, `0`); undefined when missing. */
  attribute(value: Value, path: string | number): Value | undefined
  /** Text as Ansible's templates print it inside a larger text. */
  print(value: Value): string
  /** The playbook's folder, for tests of files on the controller. */
  readonly directory: string
}

/*
 * Filters and tests that must see undefined, lazy items or other filters live in the engine (src/template/evaluator/)
 * and not in a family: default d mandatory ternary map select reject selectattr rejectattr first last length count list
 * type_debug attr; defined undefined filter test callable sameas.
 */

/**
 * A filter: pure, over resolved values. The engine renders lazy values, raises undefined input and arguments, and
 * unwraps Secrets before the call (and wraps the result again), so a filter sees no TemplateText, no Secret and no
 * undefined. Iterators are lists, tuples are lists.
 */
export type Filter = (input: Value, args: Arguments, context: FilterContext) => Value
export type Test = (input: Value, args: Arguments, context: FilterContext) => boolean
