import { type Dict, isDict, type Key, type Value } from '../values/value.ts'
import { examineArguments } from './examine-arguments.ts'
import type { Parameter } from './parameters.ts'

const TYPES = ['str', 'path', 'bool', 'int', 'float', 'list', 'dict', 'raw'] as const
type Type = (typeof TYPES)[number]

/** The module that asks for {@link argumentErrors}. */
export const ARGUMENT_CHECK = 'validate_argument_spec'

/**
 * What is wrong with arguments by a specification as Ansible's roles write it: type, required, choices, elements, aliases,
 * and `options` for what is in dicts.
 * @param where what the arguments are in, for messages: empty, or like ` found in server`
 */
export function argumentErrors(spec: Dict, given: ReadonlyMap<Key, Value>, where: string): string[] {
  const parameters: Record<string, Parameter> = {}
  for (const [name, option] of spec) parameters[String(name)] = parameterOf(option)
  const args = new Map([...given].map(([name, value]) => [String(name), value]))
  const { problems } = examineArguments('the role', { parameters }, args)
  const errors = problems.map(({ message }) => message + where)
  for (const [name, option] of spec) {
    const options = isDict(option) ? option.get('options') : undefined
    const value = args.get(String(name))
    if (options === undefined || !isDict(options) || value === undefined || value === null) continue
    const inside = where === '' ? ` found in ${name}` : `${where} -> ${name}`
    const path = inside.replace(' found in ', '').replaceAll(' -> ', '.')
    for (const each of Array.isArray(value) ? value : [value])
      if (isDict(each))
        errors.push(
          ...unknownKeys(options, each, path),
          ...argumentErrors(options, known(options, each), inside),
        )
  }
  return errors
}

function parameterOf(option: Value): Parameter {
  const words = isDict(option) ? option : new Map<Key, Value>()
  const aliases = texts(words.get('aliases'))
  const choices = texts(words.get('choices'))
  const elements = typeOf(words.get('elements'))
  return {
    type: typeOf(words.get('type')) ?? 'str',
    doc: '',
    ...(words.get('required') === true ? { required: true as const } : {}),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(elements === 'path' || elements === 'int' || elements === 'dict' || elements === 'raw'
      ? { elements }
      : {}),
  }
}

function typeOf(value: Value | undefined): Type | undefined {
  return TYPES.find((type) => type === value)
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function unknownKeys(options: Dict, value: Dict, path: string): string[] {
  const unknown = [...value.keys()].filter((key) => !options.has(key)).map(String)
  return unknown.length === 0
    ? []
    : [
        `${unknown
          .sort()
          .map((key) => `${path}.${key}`)
          .join(', ')}. Supported parameters include: ${[...options.keys()].sort().join(', ')}.`,
      ]
}

function known(options: Dict, value: Dict): Dict {
  return new Map([...value].filter(([key]) => options.has(key)))
}
