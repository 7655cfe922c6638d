import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode, YamlScalar } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { isNull } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'

/**
 * Conditions as `when` and its like take them (facts/plays.md, section 6): one or a list of expressions without
 * braces, or booleans. Text stays text: it is an expression, whatever marks it holds, and is checked as one. Only
 * `"{{ x }}"` as a whole means the expression inside, as in Ansible.
 */
export function readConditions(node: YamlNode, mistakes: Mistakes): Value[] {
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => readCondition(item, mistakes))
}

function readCondition(node: YamlNode, mistakes: Mistakes): Value[] {
  const value = toValue(node)
  if (typeof value === 'boolean') return [value]
  if (value instanceof TemplateText || typeof value === 'string') {
    const text = value instanceof TemplateText ? value.source : value
    if (text.trim() === '') {
      mistakes.add(
        node.position,
        'Empty conditional expressions are not allowed.',
        'write true, or leave it out',
      )
      return []
    }
    const inside = withoutBraces(text)
    if (inside === undefined) mistakes.expression(text, node.position)
    else mistakes.templates(value)
    return [inside ?? text]
  }
  const what = isNull(node) ? 'it is empty (null)' : `it is ${describe(node)}`
  mistakes.add(
    node.position,
    `Conditional expressions must be strings: ${what}.`,
    'write an expression like `x == 1`, or true',
  )
  return []
}

/** The expression of a text that is one `{{ ... }}` and nothing else. */
function withoutBraces(text: string): string | undefined {
  return /^\s*\{\{[-+]?((?:(?!\}\}|\{\{)[\s\S])*?)[-+]?\}\}\s*$/.exec(text)?.[1]?.trim()
}

function describe(node: YamlNode): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a mapping'
  return `the value ${shown(node)}`
}

function shown(scalar: YamlScalar): string {
  return scalar.tag === undefined ? scalar.raw : `of a tag !${scalar.tag}`
}
