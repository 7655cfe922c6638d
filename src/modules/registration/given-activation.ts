import { revealText, Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'
import type { BatchActivation } from './activation.ts'

/** The activation that a task names; undefined where it names none. */
export function givenActivation({
  activation_id,
  activation_code,
}: {
  readonly activation_id: Text | undefined
  readonly activation_code: Text | undefined
}): BatchActivation | undefined {
  if (activation_id === undefined || activation_code === undefined) return undefined
  const code = activation_code instanceof Secret ? activation_code : new Secret(activation_code)
  return { id: revealText(activation_id), code, tags: {}, foreign: true }
}
