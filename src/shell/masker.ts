import { REDACTED, type Secret } from '../values/secret.ts'
import { quote } from './quote.ts'
import { ShellText } from './sh.ts'

/** Shorter secrets are left alone: masking every `1` or `yes` would make a report unreadable and hide nothing. */
const SHORTEST = 4

/**
 * Hides secrets in text that is about to be shown: what a host printed, an error from a library. It knows the secrets
 * that were sent somewhere, as they are and as they are commonly written: shell-quoted, base64, URL-encoded, in JSON.
 */
export class Masker {
  readonly #forms = new Set<string>()
  #pattern: RegExp | undefined

  /** A secret that may come back; of shell text, all that went into it. */
  learn(secret: Secret | ShellText): void {
    if (secret instanceof ShellText) {
      for (const part of secret.secrets) this.learn(part)
      return
    }
    const value = secret.reveal()
    if (value === null || typeof value === 'boolean') return
    for (const text of new Set([String(value), String(value).trim()])) {
      if (text.length >= SHORTEST) for (const form of forms(text)) this.#forms.add(form)
    }
    this.#pattern = undefined
  }

  /** The text with {@link REDACTED} for every secret in it. */
  mask(text: string): string {
    if (this.#forms.size === 0) return text
    // The longest first, so that of a secret that holds another one nothing is left over.
    this.#pattern ??= new RegExp(
      [...this.#forms]
        .sort((one, other) => other.length - one.length)
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
        .join('|'),
      'g',
    )
    return text.replace(this.#pattern, REDACTED)
  }
}

function forms(text: string): string[] {
  const base64 = Buffer.from(text).toString('base64')
  const url = encodeURIComponent(text.toWellFormed())
  return [
    text,
    ...(text.includes('\0') ? [] : [quote(text)]),
    // Lines of output often end in CRLF.
    text.replaceAll('\n', '\r\n'),
    base64,
    // Without padding, for `base64url` and for JSON web tokens.
    base64.replace(/=+$/, ''),
    base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
    url,
    url.replaceAll('%20', '+'),
    JSON.stringify(text).slice(1, -1),
  ]
}
