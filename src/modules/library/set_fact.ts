import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { hasTemplateMarks } from '../../values/template-text.ts'
import { isVariableName, VARIABLE_NAME_WORDS } from '../../values/text/variable-name.ts'
import type { Key, Value } from '../../values/value.ts'
import { defineModule, type ModuleContext, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'set_fact',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  setsFacts: true,
  documentation: {
    summary: 'Sets variables of the host for the rest of the run.',
    notes: [
      'A value is evaluated when it is set; values of one task do not see each other.',
      'Values keep their types: `"yes"` stays text, `"{{ 1 }}"` is a number. Written as `key=value`, they are text.',
      'Facts win over the variables of plays, tasks and the inventory, and lose to `-e`.',
    ],
    examples: `
- name: remember what was found
  set_fact:
    config_file: "/etc/{{ name }}.conf"
    ports: [9090, 9100]
`,
    returns: { ansible_facts: 'the variables' },
  },
  spec: {
    parameters: {
      cacheable: {
        type: 'bool',
        default: false,
        doc: 'The variables are facts too: they stand in ansible_facts, for this run.',
      },
    },
    freeKeys: true,
  },
  observe: nothingToObserve,
  // biome-ignore lint/correctness/useYield: there is nothing to do on the host
  async *converge({ free, cacheable }, _, context) {
    if (free.size === 0) {
      throw new TaskFailure(
        'No key/value pairs provided, at least one is required for this action to succeed',
      )
    }
    const facts = new Map<string, Value>()
    for (const [key, value] of free) facts.set(factName(key, context), value)
    return {
      facts,
      ...(cacheable ? { gathered: facts } : {}),
      result: { ansible_facts: new Map<Key, Value>(facts) },
    }
  },
})

/** Keys are the playbook's own text, so a template in them is the user's. */
function factName(key: Key, context: ModuleContext): string {
  const written = String(key)
  const name = hasTemplateMarks(written) ? context.render(written, 'set_fact') : written
  if (name instanceof Secret) throw new TaskFailure(`The variable name '${written}' is secret.`)
  if (isVariableName(name)) return name
  throw new TaskFailure(`Invalid variable name '${name}'.`, { hint: VARIABLE_NAME_WORDS })
}
