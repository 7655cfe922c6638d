import { readSshWords } from '../ssh-config/arguments.ts'
import type { SshOption } from '../ssh-config/evaluate.ts'
import { inHome } from './in-home.ts'
import type { SettingReader } from './setting-reader.ts'
import { SETTING_NAMES } from './variable-names.ts'

/**
 * What the inventory says, strongest first, in the order in which Ansible writes it behind `ssh`: `ansible_ssh_args`,
 * the variables for single settings, `ansible_ssh_common_args`, `ansible_ssh_extra_args`.
 */
export function givenOptions(reader: SettingReader): {
  readonly given: readonly SshOption[]
  readonly configFile: string | undefined
  readonly words: readonly string[]
} {
  const read = SETTING_NAMES.arguments.map((variable) => {
    const text = reader.text([variable])
    const result = text === undefined ? { options: [], problems: [] } : readSshWords(text, variable)
    for (const { reason, hint } of result.problems) reader.problem({ name: variable }, reason, hint)
    return result
  })
  const [first, ...rest] = read
  const single: SshOption[] = []
  const add = (name: string, names: readonly string[], value: string | number | undefined) => {
    if (value === undefined) return
    single.push({ name, words: [String(value)], from: reader.find(names)?.name ?? names[0]! })
  }
  if (reader.boolean(SETTING_NAMES.hostKeyChecking) === false)
    add('StrictHostKeyChecking', SETTING_NAMES.hostKeyChecking, 'no')
  add('Port', SETTING_NAMES.port, reader.integer(SETTING_NAMES.port, 1, 65535))
  add('User', SETTING_NAMES.user, reader.text(SETTING_NAMES.user))
  add('ConnectTimeout', SETTING_NAMES.timeout, reader.integer(SETTING_NAMES.timeout, 1, 3600))
  const given = [...(first?.options ?? []), ...single, ...rest.flatMap(({ options }) => options)]
  const configFile = read.find((words) => words.configFile !== undefined)?.configFile
  const words = given.flatMap(({ name, words: values }) => ['-o', `${name}=${values.map(quoted).join(' ')}`])
  return {
    given,
    configFile: configFile === undefined ? undefined : inHome(configFile),
    words: configFile === undefined ? words : ['-F', inHome(configFile), ...words],
  }
}

/** A value with blanks as OpenSSH reads it. */
function quoted(word: string): string {
  return /[\s"]/.test(word) ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : word
}
