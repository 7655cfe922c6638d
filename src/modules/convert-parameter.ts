import { parseInteger } from '../template/python/numbers/number.ts'
import { str } from '../template/python/text/repr.ts'
import { typeName } from '../template/python/type-name.ts'
import { Float } from '../values/float.ts'
import { openIncidental } from '../values/masking/incidental-secret.ts'
import { Secret } from '../values/secret.ts'
import { TemplateText } from '../values/template-text.ts'
import { BOOLEAN_WORDS, readBoolean } from '../values/text/boolean-words.ts'
import { isDict, type Value } from '../values/value.ts'
import { readDictText } from './convert-dict.ts'
import { readModeText } from './mode-text.ts'
import type { Parameter } from './parameters.ts'

/** A value that does not fit its parameter: Ansible's words, and what to write instead. */
export class Mismatch extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'Mismatch'
    this.hint = hint
  }
}

/**
 * An argument as its parameter's type, converted as Ansible does (facts/modules.md, Parameters in general).
 * The value is not null and, but for `conditions`, holds no template.
 *
 * @throws Mismatch in Ansible's words; never with a Secret's content
 */
export function convertParameter(name: string, parameter: Parameter, given: Value): Value {
  const keepsSecrets =
    parameter.choices === undefined && ['str', 'raw', 'conditions', 'expression'].includes(parameter.type)
  const value = keepsSecrets ? given : openIncidental(given)
  if (value instanceof Secret && parameter.choices !== undefined) {
    throw new Mismatch(`argument '${name}' is secret`, `write one of ${parameter.choices.join(', ')}`)
  }
  const converted = convert(name, parameter.type, value, parameter.elements)
  if (parameter.choices !== undefined) return choose(name, parameter.choices, converted)
  if (parameter.secret === true && typeof converted === 'string') return new Secret(converted)
  return converted
}

function convert(
  name: string,
  type: Parameter['type'],
  value: Value,
  elements: Parameter['elements'],
): Value {
  if (type === 'raw') return value
  if (type === 'conditions') return toConditions(value)
  if (type === 'expression') return toExpression(name, value)
  if (value instanceof Secret) {
    if (type === 'str') return value
    throw new Mismatch(
      `argument '${name}' is secret, and a parameter of type ${type} cannot keep that`,
      'give it a value that is not secret',
    )
  }
  switch (type) {
    case 'str':
      return toText(name, type, value)
    case 'path':
      return toPath(name, value)
    case 'mode':
      return toMode(name, value)
    case 'bool':
      return readBoolean(value) ?? unable(name, value, type, BOOLEAN_WORDS)
    case 'int':
      return toInteger(name, value)
    case 'float':
      return toFloat(name, value)
    case 'dict':
      return toDict(name, value)
    case 'list':
      return toList(name, value).map((item) => toElement(name, elements ?? 'str', item))
  }
}

function toElement(name: string, type: NonNullable<Parameter['elements']>, value: Value): Value {
  try {
    if (value === null && type !== 'raw') return unable(name, value, type, 'an item is empty (null)')
    return convert(name, type, value, undefined)
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    throw new Mismatch(error.message.replace(/^argument '/, "Elements value for option '"), error.hint)
  }
}

function toText(name: string, type: 'str' | 'path', value: Value): string {
  if (Array.isArray(value) || isDict(value) || value === null) {
    return unable(name, value, type, 'it takes one text')
  }
  return str(value)
}

function toPath(name: string, value: Value): string {
  const text = toText(name, 'path', value)
  return text.includes('\0') ? unable(name, value, 'path', 'a path cannot hold a NUL character') : text
}

/** By now a bare number's text is lost: 420 may have been written 0644, so that guessing would be unsafe. */
function toMode(name: string, value: Value): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    throw new Mismatch(
      `argument '${name}' is the number ${value}, and a mode is octal text`,
      "write the mode in quotes where it stands, like '0644'",
    )
  }
  const mode = typeof value === 'string' ? readModeText(value) : undefined
  if (mode !== undefined) return mode
  throw new Mismatch('mode must be in octal or symbolic form', "like '0644' or 'u=rw,g=r,o='")
}

function toInteger(name: string, value: Value): number {
  const number =
    value instanceof Float
      ? value.value
      : typeof value === 'string'
        ? parseInteger(value.replace(/\.0+\s*$/, ''))
        : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  return unable(name, value, 'int', 'it takes a whole number')
}

function toFloat(name: string, value: Value): Float {
  if (value instanceof Float) return value
  const blank = typeof value === 'string' && value.trim() === ''
  const number = typeof value === 'boolean' || value === null || blank ? Number.NaN : Number(value)
  return Number.isNaN(number) ? unable(name, value, 'float', 'it takes a number') : new Float(number)
}

function toDict(name: string, value: Value): Value {
  if (isDict(value)) return value
  const read = typeof value === 'string' ? readDictText(value) : undefined
  return read ?? unable(name, value, 'dict', 'it takes a mapping, JSON text, or k=v pairs')
}

function toList(name: string, value: Value): readonly Value[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') {
    return value.trim() === '' ? [] : value.split(',').map((item) => item.trim())
  }
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return [value]
  return unable(name, value, 'list', 'it takes a list, or text with commas')
}

function toConditions(value: Value): Value {
  const conditions = Array.isArray(value) ? value : [value]
  for (const condition of conditions) {
    if (condition === '') throw new Mismatch('Empty conditional expressions are not allowed.')
    const fits =
      typeof condition === 'string' || typeof condition === 'boolean' || condition instanceof TemplateText
    if (!fits) throw new Mismatch('Conditional expressions must be strings.', 'write an expression, or true')
  }
  return [...conditions]
}

/** A template's result never becomes an expression: what a host printed would be evaluated. */
function toExpression(name: string, value: Value): string {
  if (value instanceof TemplateText) {
    throw new Mismatch(`'${name}' takes an expression, not a template`, 'write it without {{ }}')
  }
  return typeof value === 'string' && value.trim() !== ''
    ? value
    : unable(name, value, 'expression', 'it takes the text of an expression')
}

function choose(name: string, choices: readonly string[], value: Value): Value {
  const values = Array.isArray(value) ? value : [value]
  const chosen = values.map((item) => {
    const text = String(item)
    const found = choices.find((choice) => choice === text) ?? choiceOfBoolean(choices, text)
    if (found !== undefined) return found
    const words = Array.isArray(value) ? 'one or more of' : 'one of'
    throw new Mismatch(`value of ${name} must be ${words}: ${choices.join(', ')}, got: ${text}`)
  })
  return Array.isArray(value) ? chosen : chosen[0]!
}

/** YAML has made a boolean of a bare `no` or `yes`: it is the choice of that meaning, if only one has it. */
function choiceOfBoolean(choices: readonly string[], text: string): string | undefined {
  if (text !== 'True' && text !== 'False') return undefined
  const alike = choices.filter((choice) => readBoolean(choice) === (text === 'True'))
  return alike.length === 1 ? alike[0] : undefined
}

function unable(name: string, value: Value, type: string, reason: string): never {
  throw new Mismatch(
    `argument '${name}' is of type ${typeName(value)} and we were unable to convert to ${type}: ${reason}`,
  )
}
