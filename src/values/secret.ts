import { inspect } from 'node:util'

/** What every output shows in place of a secret. */
export const REDACTED = '********'

type Scalar = null | boolean | number | bigint | string

/** How a Secret came out of others. */
export interface Origin {
  /** The Secrets it was made from. */
  readonly from: readonly Secret[]
  /** They stand in its text as they are, between text that everybody may see: nothing but they is to be hidden in it. */
  readonly joined?: boolean
}

const NOTHING: Origin = { from: [] }

/**
 * A value that no output may show. Its default rendering, in text, JSON and `util.inspect`, is {@link REDACTED};
 * only {@link Secret.reveal} gives the value, and only the place that sends it to its destination calls it.
 * A value made from a Secret is a Secret (`src/template` keeps that) and knows the Secrets it was made from, so that
 * whoever learns to hide it (`Masker`) learns to hide them too: a host may print any part of what it was given.
 */
export class Secret {
  readonly #value: Scalar
  readonly origin: Origin

  constructor(value: Scalar, origin: Origin = NOTHING) {
    this.#value = value
    this.origin = origin
  }

  /** The value itself. Call it where the value leaves for its destination and nowhere else. */
  reveal(): Scalar {
    return this.#value
  }

  /** The value as text. */
  revealText(): string {
    return this.#value === null ? '' : String(this.#value)
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** Texts one behind the other, as a Secret when one of them is. */
export function joinTexts(parts: readonly (string | Secret)[], between = ''): string | Secret {
  const from = parts.filter((part) => part instanceof Secret)
  const text = parts.map((part) => (part instanceof Secret ? part.revealText() : part)).join(between)
  return from.length === 0 ? text : new Secret(text, { from, joined: true })
}

/** What a function makes of a text, as a Secret when the text is one. The function must not keep what it is given. */
export function mapText(text: string | Secret, change: (text: string) => string): string | Secret {
  return text instanceof Secret ? new Secret(change(text.revealText()), { from: [text] }) : change(text)
}

/** A text that was put together from values, as a Secret when there is one in them, however deep. */
export function madeFrom(text: string, values: readonly unknown[]): string | Secret {
  const from = secretsIn(values)
  return from.length === 0 ? text : new Secret(text, { from, joined: true })
}

/** Whether two texts, secret or not, are equal. The answer is all that gets out. */
export function sameText(
  one: string | Secret | undefined,
  other: string | Secret | null | undefined,
): boolean {
  if (one === undefined || other === undefined || other === null) return false
  return revealText(one) === revealText(other)
}

/** Whether a text, secret or not, has a match of the pattern. The answer is all that gets out. */
export function textMatches(text: string | Secret, pattern: RegExp): boolean {
  return pattern.test(revealText(text))
}

/**
 * The text of what may be a Secret, for a door to where it is meant for, or for a reader that has to know it; which files
 * call it, and why, is listed in `test/secret-doors.ts`. Everywhere else {@link sameText}, {@link textMatches},
 * {@link mapText} and {@link joinTexts} do, `sh` and `ps` take the Secret itself, and what is told takes the Secret too.
 */
export function revealText(text: string | Secret): string
export function revealText(text: string | Secret | undefined): string | undefined
export function revealText(text: string | Secret | undefined): string | undefined {
  return text instanceof Secret ? text.revealText() : text
}

/**
 * The Secrets in a value, in lists, dicts and plain objects of it, however deep.
 * @param seen what was looked through already, and is not again; what is looked through now is added
 */
export function secretsIn(value: unknown, seen = new WeakSet<object>()): Secret[] {
  const found: Secret[] = []
  const waiting = [value]
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (one instanceof Secret) found.push(one)
    if (typeof one !== 'object' || one === null || one instanceof Secret || seen.has(one)) continue
    seen.add(one)
    if (Array.isArray(one) || one instanceof Map) for (const item of one.values()) waiting.push(item)
    else if (Object.getPrototypeOf(one) === Object.prototype)
      for (const item of Object.values(one)) waiting.push(item)
  }
  return found
}

/** A Secret's text and those of all Secrets that it was made from, none of them empty. */
export function textsOf(secret: Secret): Set<string> {
  const texts = new Set<string>()
  const seen = new Set<Secret>()
  const waiting = [secret]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (seen.has(one)) continue
    seen.add(one)
    texts.add(one.revealText())
    for (const part of one.origin.from) waiting.push(part)
  }
  texts.delete('')
  return texts
}
