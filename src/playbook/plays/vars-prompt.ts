import { hashSchemes } from '../../template/python/password-hash.ts'
import type { Position } from '../../values/position.ts'
import { isVariableName, shownName, VARIABLE_NAME_WORDS } from '../../values/text/variable-name.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { Fields, fieldsOf } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'

/** A variable that a person is asked for when the run begins. Templates see extra variables and those of the play. */
export interface VarsPrompt {
  readonly name: string
  readonly position: Position
  /** What is asked; undefined: the name. */
  readonly prompt: Value | undefined
  readonly default: Value | undefined
  /** Not shown, and a Secret; true unless given. */
  readonly private: Value | undefined
  /** Asked twice. */
  readonly confirm: Value | undefined
  /** A scheme of `password_hash`. */
  readonly encrypt: Value | undefined
  readonly salt: Value | undefined
  readonly saltSize: Value | undefined
  /** What is typed is never a template. */
  readonly unsafe: Value | undefined
}

const KEYS = ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt', 'salt_size', 'unsafe']

/** `vars_prompt`: a list of mappings. */
export function readVarsPrompt(fields: Fields, mistakes: Mistakes): VarsPrompt[] {
  const node = fields.node('vars_prompt')
  if (node === undefined) return []
  if (node.kind !== 'list') {
    mistakes.add(
      node.position,
      'vars_prompt takes a list of mappings',
      'begin each variable with `- name: ...`',
    )
    return []
  }
  return node.items.flatMap((item) => readPrompt(item, mistakes) ?? [])
}

function readPrompt(node: YamlNode, mistakes: Mistakes): VarsPrompt | undefined {
  const entries = node.kind === 'map' ? fieldsOf(node) : []
  const named = entries.find(({ name }) => name === 'name')
  if (node.kind !== 'map' || named === undefined) {
    mistakes.add(
      node.position,
      "Invalid vars_prompt data structure, missing 'name' key",
      'write `- name: VARIABLE`, with `prompt`, `default`, `private` and so on below',
    )
    return undefined
  }
  for (const { name, key } of entries)
    if (!KEYS.includes(name))
      mistakes.add(
        key.position,
        `Invalid vars_prompt data structure, found unsupported key '${shownName(name)}'`,
        `keys: ${KEYS.join(', ')}`,
      )
  const own = new Fields(entries, mistakes)
  const { value } = named
  const name = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : ''
  if (!isVariableName(name))
    mistakes.add(value.position, `Invalid variable name '${shownName(name)}'.`, VARIABLE_NAME_WORDS)
  return {
    name,
    position: node.position,
    prompt: own.text('prompt'),
    default: own.text('default'),
    private: own.boolean('private'),
    confirm: own.boolean('confirm'),
    encrypt: own.checked('encrypt', knownScheme),
    salt: own.text('salt'),
    saltSize: own.integer('salt_size'),
    unsafe: own.boolean('unsafe'),
  }
}

/** @throws RangeError for a scheme that muster cannot make */
export function knownScheme(value: Value): string {
  const schemes = hashSchemes()
  const scheme = schemes.find((one) => one === value)
  if (scheme !== undefined) return scheme
  throw new RangeError(`encrypt: ${String(value)} is not supported: it takes ${schemes.join(', ')}`)
}
