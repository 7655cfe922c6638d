import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule, type ModuleContext, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'debug',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  showsResult: true,
  documentation: {
    summary: 'Shows a message, or the value of an expression.',
    notes: [
      'An undefined `var` is no failure: the value shown says so. In `msg` it is one.',
      'Secrets are shown as `********`.',
    ],
    examples: `
- name: what the installation said
  debug:
    msg: "{{ result.stdout }}"

- name: an expression, without braces
  debug:
    var: groups['web'] | length
    verbosity: 1
`,
    returns: {
      msg: 'the message; with `var`, the value under the expression as its key',
    },
  },
  spec: {
    parameters: {
      msg: { type: 'raw', doc: 'What to show: text, or any value. `Hello world!` when nothing is given.' },
      var: { type: 'expression', doc: 'An expression without braces, whose value is shown.' },
      verbosity: { type: 'int', default: 0, doc: 'Show it only from this number of `-v` on; else skipped.' },
    },
    mutuallyExclusive: [['msg', 'var']],
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ msg, var: expression, verbosity }, _, context) {
    if (verbosity > context.verbosity) {
      return { skipped: true, result: { skipped_reason: 'Verbosity threshold not met.' } }
    }
    const result: Record<string, Value> =
      expression === undefined
        ? { msg: msg === undefined ? 'Hello world!' : msg }
        : { [expression]: valueOrReason(expression, context) }
    return { result }
  },
})

/** As Ansible shows an expression that has no value. */
function valueOrReason(expression: string, context: ModuleContext): Value {
  try {
    return context.expression(expression)
  } catch (error) {
    if (error instanceof TaskFailure) return `<< error 1 - ${error.message} >>`
    throw error
  }
}
