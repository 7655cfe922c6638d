import type { ModuleContext } from '../../../modules/module.ts'
import type { TemplateEngine } from '../../../template/api.ts'
import { Secret } from '../../../values/secret.ts'
import type { HostState, RunState } from '../../run-state.ts'
import type { LayeredScope } from '../../scope/scope.ts'
import { resolvedVariable } from '../../scope/variables.ts'
import { evaluationFailure } from './evaluation-failure.ts'

/** What a module may know and ask at a task. @throws TaskFailure out of its functions, for what cannot be evaluated */
export function moduleContext(
  run: RunState,
  host: HostState,
  scope: LayeredScope,
  engine: TemplateEngine,
  { check, diff }: Pick<ModuleContext, 'check' | 'diff'>,
): ModuleContext {
  const failing = <T>(evaluate: () => T): T => {
    try {
      return evaluate()
    } catch (error) {
      throw evaluationFailure(error)
    }
  }
  return {
    host: host.name,
    check,
    diff,
    verbosity: run.options.verbosity,
    files: run.files,
    signal: run.signal,
    render: (source, file, options) => {
      const text = failing(() => engine.renderFile(source, file, options))
      if (text instanceof Secret) run.masker.learn(text)
      return text
    },
    condition: (condition) => failing(() => engine.condition(condition)),
    expression: (text) => failing(() => engine.expression(text)),
    variable: (name) => failing(() => resolvedVariable(engine, scope, name)),
    shared: null,
    fleet: run.fleet,
    run: run.context,
  }
}
