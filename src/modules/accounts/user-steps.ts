import { type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts, type Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'
import type { UserParameters } from './user-parameters.ts'
import type { UserState } from './user-state.ts'

/** On standard input, so that the hash is in no command line. */
export const setPassword = sh`LC_ALL=C chpasswd -e || exit`

/** The line that chpasswd reads. */
export function passwordLine(name: Text, password: Secret): Secret {
  return joinTexts([name, ':', password, '\n']) as Secret
}

/** The password's age, as far as it differs. */
export function ageSteps(params: UserParameters, shadow: UserState['shadow']): ShellText[] {
  const words: string[] = []
  const differs = (option: string, value: number | undefined, found: string | undefined) => {
    if (value !== undefined && String(value) !== found) words.push(option, String(value))
  }
  differs('-M', params.password_expire_max, shadow?.max)
  differs('-m', params.password_expire_min, shadow?.min)
  differs('-W', params.password_expire_warn, shadow?.warn)
  return words.length === 0 ? [] : [sh`LC_ALL=C chage ${words} -- ${params.name} || exit`]
}
