import { inspect } from 'node:util'
import { OMIT, type Scope, type TemplateEngine, TemplateError } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import { dict, type Value } from '../../src/values/value.ts'

/** An engine over some variables and template files. */
export function engineOver(
  variables: Readonly<Record<string, Value>> = {},
  files: Readonly<Record<string, string>> = {},
): TemplateEngine {
  return createEngine(scopeOver(variables), {
    directory: import.meta.dirname,
    include: (name) => (name in files ? { source: files[name]!, file: name } : undefined),
  })
}

function scopeOver(variables: Readonly<Record<string, Value>>): Scope {
  return { lookup: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined) }
}

/** A text of a playbook with template marks. */
export function template(source: string, line = 1, column = 1): TemplateText {
  return new TemplateText(source, { file: 'site.yaml', line, column })
}

/** The TemplateError that a call throws. */
export function failure(run: () => unknown): TemplateError {
  try {
    run()
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** All that any output could show of a result or an error. */
export function shown(value: unknown): string {
  if (value === OMIT) return ''
  const plain = JSON.stringify(value, (_key, item) =>
    item instanceof Map ? [...item] : typeof item === 'bigint' ? String(item) : item,
  )
  const error = value instanceof Error ? `${value.message} ${value.stack}` : ''
  return `${inspect(value, { depth: null, showHidden: true })} ${plain} ${String(value)} ${error}`
}

export { dict }
