import { REDACTED, Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/**
 * The text of a parameter, secret or not, for what compares it with a host's answers or asks a host for it. What is said
 * of it takes the parameter itself, which shows itself redacted; in results it is covered again (`cover-result.ts`).
 */
export function plain(text: Text): string
export function plain(text: Text | undefined): string | undefined
export function plain(text: Text | undefined): string | undefined {
  return text instanceof Secret ? text.revealText() : text
}

/** A part of a parameter, or what was made of it, in what is said: where the parameter is a secret, so is every part of it. */
export function shownPart(of: Text, part: string): string {
  return of instanceof Secret ? REDACTED : part
}
