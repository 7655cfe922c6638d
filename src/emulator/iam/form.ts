import { AwsError } from '../errors.ts'
import type { Tags } from '../state.ts'

interface Rule {
  readonly min?: number
  readonly max?: number
  readonly pattern?: RegExp
}

/** A field of a Query request, checked in IAM's words. @throws AwsError ValidationError */
export function field(form: URLSearchParams, name: string, rule?: Rule): string {
  const value = form.get(name)
  if (value === null) {
    throw invalid('null', name, 'Member must not be null')
  }
  return checked(value, name, rule)
}

/** The same for a field that may be missing. */
export function optionalField(form: URLSearchParams, name: string, rule?: Rule): string | undefined {
  const value = form.get(name)
  return value === null ? undefined : checked(value, name, rule)
}

function checked(value: string, name: string, rule: Rule = {}): string {
  if (rule.min !== undefined && value.length < rule.min) {
    throw invalid(`'${value}'`, name, `Member must have length greater than or equal to ${rule.min}`)
  }
  if (rule.max !== undefined && value.length > rule.max) {
    throw invalid(`'${value}'`, name, `Member must have length less than or equal to ${rule.max}`)
  }
  if (rule.pattern !== undefined && !rule.pattern.test(value)) {
    throw invalid(
      `'${value}'`,
      name,
      `Member must satisfy regular expression pattern: ${rule.pattern.source}`,
    )
  }
  return value
}

function invalid(value: string, name: string, constraint: string): AwsError {
  const path = `${name.charAt(0).toLowerCase()}${name.slice(1)}`
  return new AwsError(
    'ValidationError',
    `1 validation error detected: Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`,
  )
}

/** `TagKeys.member.1`, `.2` ... */
export function members(form: URLSearchParams, name: string): readonly string[] {
  const values: string[] = []
  for (let index = 1; form.has(`${name}.member.${index}`); index++)
    values.push(form.get(`${name}.member.${index}`)!)
  return values
}

const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** `Tags.member.1.Key`, `Tags.member.1.Value` ... @throws AwsError ValidationError, InvalidInput, LimitExceeded */
export function tagsField(form: URLSearchParams): Tags {
  const tags: Record<string, string> = {}
  for (let index = 1; form.has(`Tags.member.${index}.Key`); index++) {
    const key = field(form, `Tags.member.${index}.Key`, { min: 1, max: 128, pattern: TAG })
    const value = field(form, `Tags.member.${index}.Value`, { max: 256, pattern: TAG })
    if (key.toLowerCase().startsWith('aws:')) {
      throw new AwsError('InvalidInput', `Tag keys that start with aws: are reserved: ${key}`)
    }
    if (Object.hasOwn(tags, key)) throw new AwsError('InvalidInput', 'Duplicate tag keys found.')
    tags[key] = value
  }
  return tags
}

/** @throws AwsError LimitExceeded */
export function checkTagCount(tags: Tags): Tags {
  if (Object.keys(tags).length > 50)
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for TagsPerRole: 50', 409)
  return tags
}
