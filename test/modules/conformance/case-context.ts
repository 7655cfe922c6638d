import { InventoryBuilder } from '../../../src/inventory/builder.ts'
import { Fleet } from '../../../src/inventory/fleet.ts'
import { readVariables } from '../../../src/inventory/variables/variable-files.ts'
import type { ModuleContext } from '../../../src/modules/module.ts'
import { PlaybookFiles } from '../../../src/run/scope/controller-files.ts'
import { TemplateError } from '../../../src/template/api.ts'
import { createEngine } from '../../../src/template/engine.ts'
import { TaskFailure } from '../../../src/values/task-failure.ts'
import type { Value } from '../../../src/values/value.ts'

const BUILDER = new InventoryBuilder()
BUILDER.addHost('case', 'ungrouped', { file: undefined, directory: undefined }, undefined, undefined)
const INVENTORY = BUILDER.build([])
const VARIABLES = await readVariables(INVENTORY)

export interface CaseContextOptions {
  readonly check?: boolean
  readonly diff?: boolean
  /** Folder of the imagined playbook. */
  readonly directory?: string
  readonly vars?: ReadonlyMap<string, Value>
}

/** What a module is given of a run, with real files and templates. */
export function caseContext(options: CaseContextOptions = {}): ModuleContext {
  const { vars = new Map<string, Value>(), directory = '.' } = options
  const engine = createEngine({ lookup: (name) => vars.get(name) }, { directory })
  const notHere = () => {
    throw new Error('modules of this test do not talk to AWS')
  }
  return {
    host: 'case',
    check: options.check ?? false,
    diff: options.diff ?? false,
    verbosity: 0,
    files: new PlaybookFiles(directory),
    signal: new AbortController().signal,
    render(source, file, renderOptions) {
      try {
        return engine.renderFile(source, file, renderOptions)
      } catch (error) {
        // As the runner: Ansible's prefix for what fails before the module runs.
        throw error instanceof TemplateError ? new TaskFailure(`Task failed: ${error.message}`) : error
      }
    },
    condition: (condition) => engine.condition(condition),
    expression: (text) => engine.expression(text),
    variable: (name) => vars.get(name),
    shared: null,
    fleet: new Fleet(INVENTORY, VARIABLES),
    run: { id: 'case', journal: () => Promise.resolve(), announce: () => undefined, aws: notHere },
  }
}
