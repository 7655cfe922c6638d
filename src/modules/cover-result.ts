import { type Secret, secretsIn } from '../values/secret.ts'
import type { Value } from '../values/value.ts'
import type { TaskResult } from './task-result.ts'

/**
 * A task's result in which the Secrets of its parameters are Secrets again: a module compares their text with what the
 * host says, and tells it in its result (the address it asked, the name of a user, the target of a link). What is
 * registered keeps them so.
 * @param params the module's parameters
 */
export function coverResult(params: unknown, result: TaskResult): TaskResult {
  const secrets = new Map<string, Secret>()
  for (const secret of secretsIn(params)) {
    const text = secret.revealText()
    if (text !== '' && typeof secret.reveal() !== 'boolean') secrets.set(text, secret)
  }
  if (secrets.size === 0) return result
  const cover = (value: Value): Value => {
    if (typeof value === 'string') return secrets.get(value) ?? value
    if (Array.isArray(value)) return value.map(cover)
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, cover(item)]))
    return value
  }
  return { ...result, values: new Map([...result.values].map(([key, value]) => [key, cover(value)])) }
}
