import { joinTexts } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/** The standard input of a command, with the line end that Ansible adds unless told not to. */
export function commandInput(stdin: Text | undefined, addNewline: boolean): { stdin?: Text } {
  if (stdin === undefined) return {}
  if (!addNewline) return { stdin }
  return { stdin: joinTexts([stdin, '\n']) }
}
