import { TemplateText } from '../template-text.ts'
import { isDict, type Value } from '../value.ts'

/** Whether a value is, or somewhere inside holds, text with template marks: then only a run can know it. */
export function holdsTemplate(value: Value): boolean {
  if (value instanceof TemplateText) return true
  if (Array.isArray(value)) return value.some(holdsTemplate)
  if (isDict(value)) return [...value.values()].some(holdsTemplate)
  return false
}
