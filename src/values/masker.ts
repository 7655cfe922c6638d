import { EncryptedValue } from './encrypted.ts'
import { REDACTED, Secret } from './secret.ts'
import type { Value } from './value.ts'

/** Characters; anything shorter stands in too many innocent texts. */
const SHORTEST = 4

/** Something that carries secrets: shell text. */
interface Carrier {
  readonly secrets: readonly Secret[]
}

/**
 * Hides secrets in texts that come from outside, where the type cannot: a host may print what it was given. It knows
 * the value, each of its lines, and the forms that shells, base64 and URLs give it.
 */
export class Masker {
  readonly #forms = new Set<string>()
  readonly #seen = new WeakSet<Secret>()
  #expression: RegExp | undefined

  learn(source: Secret | Carrier): void {
    const secrets = source instanceof Secret ? [source] : source.secrets
    for (const secret of secrets) {
      if (this.#seen.has(secret)) continue
      this.#seen.add(secret)
      // What no password opens is nowhere to be seen.
      if (secret instanceof EncryptedValue && !secret.opens()) continue
      // `true` and `null` hide nothing, and stand in too many innocent texts.
      if (secret.reveal() === null || typeof secret.reveal() === 'boolean') continue
      const text = secret.revealText()
      for (const part of new Set([text, ...text.split('\n')])) this.#add(part)
    }
  }

  /** Learns the secrets in values, however deep. */
  learnAll(values: Iterable<Value>): void {
    for (const value of values) {
      if (value instanceof Secret) this.learn(value)
      else if (Array.isArray(value)) this.learnAll(value)
      else if (value instanceof Map) this.learnAll(value.values())
    }
  }

  mask(text: string): string {
    if (this.#forms.size === 0) return text
    // Longest first: a secret inside another must not leave the rest of that one behind.
    this.#expression ??= new RegExp(
      [...this.#forms]
        .sort((one, other) => other.length - one.length)
        .map((form) => RegExp.escape(form))
        .join('|'),
      'g',
    )
    return text.replace(this.#expression, REDACTED)
  }

  #add(text: string): void {
    if (text.trim().length < SHORTEST) return
    const base64 = Buffer.from(text).toString('base64')
    const forms = [
      text,
      text.replaceAll("'", "'\\''"),
      JSON.stringify(text).slice(1, -1),
      base64.replace(/=+$/, ''),
      base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(text.toWellFormed()),
      encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+'),
    ]
    for (const form of forms) if (form.length >= SHORTEST) this.#forms.add(form)
    this.#expression = undefined
  }
}
