import { REDACTED, Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/** A part of a parameter, or what was made of it, in what is said: where the parameter is a secret, so is every part of it. */
export function shownPart(of: Text, part: string): string {
  return of instanceof Secret ? REDACTED : part
}
