import { TemplateText } from '../../values/template-text.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'assert',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  documentation: {
    summary: 'Fails unless all conditions hold.',
    notes: [
      'A condition is an expression without braces, as in `when`; one that gives no boolean fails.',
      'The first condition that does not hold is named; those after it are not asked.',
    ],
    examples: `
- name: the answer makes sense
  assert:
    that:
      - answer is defined
      - answer > 40
    fail_msg: "answer is {{ answer | default('missing') }}"
    success_msg: all is well
`,
    returns: {
      assertion: 'the condition that did not hold',
      evaluated_to: 'false, when a condition did not hold',
    },
  },
  spec: {
    parameters: {
      that: { type: 'conditions', required: true, doc: 'One condition, or a list of which all must hold.' },
      fail_msg: {
        type: 'str',
        default: 'Assertion failed',
        aliases: ['msg'],
        doc: 'What the failure says.',
      },
      success_msg: { type: 'str', default: 'All assertions passed', doc: 'What the success says.' },
      quiet: { type: 'bool', default: false, doc: 'Say nothing on success.' },
    },
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ that, fail_msg, success_msg, quiet }, _, context) {
    for (const condition of that) {
      if (context.condition(condition)) continue
      const assertion = condition instanceof TemplateText ? condition.source : condition
      return { failed: true, msg: String(fail_msg), result: { assertion, evaluated_to: false } }
    }
    return quiet ? {} : { msg: String(success_msg) }
  },
})
