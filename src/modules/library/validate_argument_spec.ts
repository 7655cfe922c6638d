import { TaskFailure } from '../../values/task-failure.ts'
import type { Key, Value } from '../../values/value.ts'
import { argumentErrors } from '../argument-spec.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'validate_argument_spec',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  documentation: {
    summary:
      'Holds variables against a specification of arguments, as roles do with their `meta/argument_specs.yml`.',
    notes: ['What is not among `provided_arguments` is taken from the variables of that name.'],
    examples: `
- name: the port is a number
  validate_argument_spec:
    argument_spec:
      port: { type: int, required: true }
`,
    returns: { argument_errors: 'what is wrong, a text for each' },
  },
  spec: {
    parameters: {
      argument_spec: {
        type: 'dict',
        required: true,
        doc: 'Name -> type, required, choices, elements, options.',
      },
      provided_arguments: { type: 'dict', doc: 'Arguments that are not variables.' },
    },
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ argument_spec: spec, provided_arguments: provided }, _, context) {
    const given = new Map<Key, Value>()
    for (const [name] of spec) {
      const value = provided?.get(name) ?? context.variable(String(name))
      if (value !== undefined) given.set(name, value)
    }
    const errors = argumentErrors(spec, given, '')
    if (errors.length > 0)
      throw new TaskFailure(`Validation of arguments failed:\n${errors.join('\n')}`, {
        result: { argument_errors: errors, argument_spec_data: spec },
      })
    return { msg: 'The arg spec validation passed' }
  },
})
