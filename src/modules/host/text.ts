import { Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/** A parameter that becomes a name (of a user, a unit, a package): its text, secret or not. */
export function plain(text: Text): string
export function plain(text: Text | undefined): string | undefined
export function plain(text: Text | undefined): string | undefined {
  return text instanceof Secret ? text.revealText() : text
}
