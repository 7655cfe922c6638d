import { REDACTED, type Secret, secretsIn } from '../values/secret.ts'
import type { Value } from '../values/value.ts'
import type { TaskResult } from './task-result.ts'

/**
 * A task's result in which the Secrets of its parameters are Secrets again: a module compares their text with what the
 * host says, and tells it in its result (the address it asked, the name of a user, the target of a link). What is
 * registered keeps them so.
 * @param params the module's parameters
 */
export function coverResult(params: unknown, result: TaskResult): TaskResult {
  const secrets = secretTextsIn(params)
  if (secrets.size === 0) return result
  const cover = (value: Value): Value => {
    if (typeof value === 'string') return secrets.get(value) ?? value
    if (Array.isArray(value)) return value.map(cover)
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, cover(item)]))
    return value
  }
  return {
    ...result,
    message: result.message === undefined ? undefined : coverWords(params, result.message),
    hint: result.hint === undefined ? undefined : coverWords(params, result.hint),
    values: new Map([...result.values].map(([key, value]) => [key, cover(value)])),
  }
}

/**
 * What a module says of what it does or why it failed, with the Secrets of its parameters redacted. The masker finds
 * longer ones again, also in other spellings; one that is too short for it shows here where it stands as a word.
 */
export function coverWords(params: unknown, said: string): string {
  let shown = said
  for (const text of secretTextsIn(params).keys()) {
    const [before, after] = [/^\w/.test(text) ? '(?<!\\w)' : '', /\w$/.test(text) ? '(?!\\w)' : '']
    shown = shown.replaceAll(new RegExp(`${before}${RegExp.escape(text)}${after}`, 'g'), REDACTED)
  }
  return shown
}

function secretTextsIn(params: unknown): Map<string, Secret> {
  const secrets = new Map<string, Secret>()
  for (const secret of secretsIn(params)) {
    const text = secret.revealText()
    if (text !== '' && typeof secret.reveal() !== 'boolean') secrets.set(text, secret)
  }
  return secrets
}
