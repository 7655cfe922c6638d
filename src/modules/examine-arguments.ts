import { holdsTemplate } from '../values/text/holds-template.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { shownName } from '../values/text/variable-name.ts'
import type { Value } from '../values/value.ts'
import { convertParameter, Mismatch } from './convert-parameter.ts'
import { type Parameter, type ParameterSpec, unevaluated } from './parameters.ts'

/** A mistake in the arguments, in Ansible's words. */
export interface ArgumentProblem {
  readonly message: string
  readonly hint?: string | undefined
  /** The argument it is about, as the user wrote it; undefined when something is missing. */
  readonly argument?: string
}

/** What is known of a task's arguments. */
export interface Examined {
  /** By the parameters' own names, converted, with defaults. */
  readonly values: ReadonlyMap<string, Value>
  /** Parameters whose arguments hold templates, so that only a run can tell their values. */
  readonly unresolved: ReadonlySet<string>
  /** Other keys, where the spec allows them. */
  readonly free: ReadonlyMap<string, Value>
  readonly problems: readonly ArgumentProblem[]
}

/** Names, types, choices and the rules between parameters, all mistakes at once. `module` is for the messages. */
export function examineArguments(
  module: string,
  spec: ParameterSpec,
  args: ReadonlyMap<string, Value>,
): Examined {
  const problems: ArgumentProblem[] = []
  const { given, free } = sortArguments(module, spec, args, problems)
  const values = new Map<string, Value>()
  const unresolved = new Set<string>()
  const asWritten = new Set(unevaluated(spec))
  for (const [name, parameter] of Object.entries(spec.parameters)) {
    const argument = given.get(name)
    const value = argument?.value ?? null
    if (value === null) {
      // A raw parameter takes every value, null too.
      if (argument !== undefined && parameter.type === 'raw') {
        values.set(name, null)
        continue
      }
      if (argument !== undefined && parameter.default !== undefined) {
        const message = `argument '${name}' is of type NoneType and we were unable to convert to ${parameter.type}`
        problems.push({ message, argument: argument.as, hint: 'leave it out to get its default' })
      }
      if (parameter.default !== undefined) values.set(name, parameter.default)
      continue
    }
    if (!asWritten.has(name) && holdsTemplate(value)) {
      unresolved.add(name)
      continue
    }
    try {
      values.set(name, convertParameter(name, parameter, value))
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      problems.push({ message: error.message, hint: error.hint, argument: argument!.as })
      unresolved.add(name)
    }
  }
  problems.push(...brokenRules(spec, given, values, unresolved))
  return { values, unresolved, free, problems }
}

interface Given {
  /** The name the user wrote: the parameter's or an alias. */
  readonly as: string
  readonly value: Value
}

/** Arguments by parameter; of a parameter and its alias the alias wins, as in Ansible. */
function sortArguments(
  module: string,
  spec: ParameterSpec,
  args: ReadonlyMap<string, Value>,
  problems: ArgumentProblem[],
): { given: Map<string, Given>; free: Map<string, Value> } {
  const names = new Map<string, string>()
  for (const [name, parameter] of Object.entries(spec.parameters)) {
    names.set(name, name)
    for (const alias of parameter.aliases ?? []) names.set(alias, name)
  }
  const given = new Map<string, Given>()
  const free = new Map<string, Value>()
  for (const [as, value] of args) {
    const name = names.get(as)
    if (name !== undefined) {
      if (as !== name || !given.has(name)) given.set(name, { as, value })
    } else if (spec.freeKeys === true) free.set(as, value)
    else {
      const supported = Object.keys(spec.parameters).sort().join(', ')
      problems.push({
        message: `Unsupported parameters for (${module}) module: ${shownName(as)}. Supported parameters include: ${supported}.`,
        hint: didYouMean(as, names.keys()),
        argument: as,
      })
    }
  }
  return { given, free }
}

function brokenRules(
  spec: ParameterSpec,
  given: ReadonlyMap<string, Given>,
  values: ReadonlyMap<string, Value>,
  unresolved: ReadonlySet<string>,
): ArgumentProblem[] {
  const problems: ArgumentProblem[] = []
  const isGiven = (name: string) => given.has(name) && given.get(name)!.value !== null
  const isThere = (name: string) => values.has(name) || unresolved.has(name)
  const missing = (names: readonly string[]) => names.filter((name) => !isThere(name)).join(', ')

  const required = Object.entries(spec.parameters).filter(([name, one]) => isRequired(one) && !isThere(name))
  if (required.length > 0) {
    const names = required.map(([name]) => name).sort()
    problems.push({ message: `missing required arguments: ${names.join(', ')}` })
  }
  for (const group of spec.mutuallyExclusive ?? []) {
    const together = group.filter(isGiven)
    if (together.length > 1) {
      const message = `parameters are mutually exclusive: ${group.join('|')}`
      problems.push({
        message,
        argument: given.get(together[1]!)!.as,
        hint: `give one of ${together.join(', ')}`,
      })
    }
  }
  for (const group of spec.requiredOneOf ?? []) {
    if (!group.some(isThere))
      problems.push({ message: `one of the following is required: ${group.join(', ')}` })
  }
  for (const [name, needed] of Object.entries(spec.requiredBy ?? {})) {
    if (isGiven(name) && missing(needed) !== '') {
      const message = `missing parameter(s) required by '${name}': ${missing(needed)}`
      problems.push({ message, argument: given.get(name)!.as })
    }
  }
  for (const [name, value, needed] of spec.requiredIf ?? []) {
    if (values.get(name) === value && missing(needed) !== '') {
      const shown = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
      problems.push({
        message: `${name} is ${shown} but all of the following are missing: ${missing(needed)}`,
      })
    }
  }
  return problems
}

function isRequired(parameter: Parameter): boolean {
  return parameter.required === true
}
