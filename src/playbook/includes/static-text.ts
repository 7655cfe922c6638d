import { createEngine } from '../../template/engine.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import type { TaskListContext } from '../tasks/task-list.ts'

/**
 * The name of a file or role that has to be known before the run: its templates see extra variables and those of the
 * play, of blocks and imports alone. Undefined when the mistakes tell why there is none.
 */
export function staticText(
  word: string,
  node: YamlNode | undefined,
  what: string,
  { known, inherited, directory, mistakes }: TaskListContext,
): string | undefined {
  const value: Value = node === undefined ? null : toValue(node)
  mistakes.templates(value)
  try {
    const scope = { lookup: (name: string) => known.lookup(name) ?? inherited.vars.get(name) }
    const text = value instanceof TemplateText ? createEngine(scope, { directory }).resolve(value) : value
    if (typeof text === 'string' && text !== '') return text
    mistakes.add(node?.position ?? { file: directory }, `${word} takes the name of ${what}`)
  } catch (error) {
    mistakes.add(
      node?.position ?? { file: directory },
      `${word}: ${(error as Error).message}`,
      `what is imported is read before the run: use extra variables or those of the play, or ${word.replace('import', 'include')}`,
    )
  }
  return undefined
}
