import { revealText } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/** A field's value as the task has it. */
export type FieldValue = Text | boolean | number | readonly Text[] | undefined

/** The text of a repository in the form of fields; names are Ansible's parameters, those without a value are left out. */
export function deb822Text(fields: Readonly<Record<string, FieldValue>>): string {
  return Object.entries(fields)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => (value === undefined ? [] : [field(fieldName(name), fieldText(value))]))
    .join('')
}

function field(name: string, value: string): string {
  return value === '' || value.startsWith('\n') ? `${name}:${value}\n` : `${name}: ${value}\n`
}

function fieldName(name: string): string {
  if (name === 'name') return 'X-Repolib-Name'
  if (name === 'uris') return 'URIs'
  return name
    .split('_')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('-')
}

function fieldText(value: Exclude<FieldValue, undefined>): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(value)
  const text = Array.isArray(value)
    ? value.map((one) => revealText(one)).join(' ')
    : revealText(value as Text)
  if (!text.includes('\n')) return text
  // A blank line would end the repository.
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => `    ${line.trim() || '.'}`)
  return `\n${lines.join('\n')}`
}

/** The name of a repository's files. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/[^a-z0-9-]+/g, '')
}
