import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { hasTemplateMarks } from '../values/template-text.ts'
import { isVariableName, shownName, VARIABLE_NAME_WORDS } from '../values/text/variable-name.ts'
import type { Value } from '../values/value.ts'
import { examineArguments } from './examine-arguments.ts'
import type { Module } from './module.ts'
import type { ParameterSpec, ParametersOf } from './parameters.ts'

/** Where a task and its arguments stand. */
export interface ArgumentPositions {
  readonly task: Position
  readonly args: ReadonlyMap<string, Position>
}

/**
 * Everything that can be known of a task's arguments before a run: unknown and missing parameters, exclusive ones,
 * and types and choices of arguments without templates. Ansible finds these on the host, when the task's turn comes.
 */
export function checkArguments(
  module: Pick<Module, 'name' | 'spec'>,
  args: ReadonlyMap<string, Value>,
  positions: ArgumentPositions,
): Problem[] {
  const { problems: found, free } = examineArguments(module.name, module.spec, args)
  const at = (argument: string | undefined) =>
    (argument === undefined ? undefined : positions.args.get(argument)) ?? positions.task
  const problems: Problem[] = found.map((finding) => ({
    message: finding.message,
    position: at(finding.argument),
    hint: finding.hint,
  }))
  for (const name of free.keys()) {
    if (hasTemplateMarks(name) || isVariableName(name)) continue
    problems.push({
      message: `Invalid variable name '${shownName(name)}'.`,
      position: at(name),
      hint: VARIABLE_NAME_WORDS,
    })
  }
  return problems
}

/**
 * A module's parameters from a task's arguments, their templates evaluated (but for type `conditions`): converted
 * as Ansible does, aliases under their parameter's name, defaults filled in.
 *
 * @throws TaskFailure with all mistakes, in Ansible's words
 */
export function readParameters<S extends ParameterSpec>(
  module: { readonly name: string; readonly spec: S },
  args: ReadonlyMap<string, Value>,
): ParametersOf<S> {
  const { values, unresolved, free, problems } = examineArguments(module.name, module.spec, args)
  if (problems.length > 0) {
    const hints = [...new Set(problems.flatMap(({ hint }) => hint ?? []))]
    throw new TaskFailure(
      problems.map(({ message }) => message).join('; '),
      hints.length === 0 ? {} : { hint: hints.join('; ') },
    )
  }
  if (unresolved.size > 0) {
    throw new TypeError(`arguments of ${module.name} with templates left: ${[...unresolved].join(', ')}`)
  }
  const parameters = Object.fromEntries(values)
  // The spec that `values` was converted by is what ParametersOf reads its types from.
  return (module.spec.freeKeys === true ? { ...parameters, free } : parameters) as ParametersOf<S>
}
