import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import type { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import type { Become } from '../connection.ts'
import { type Found, SettingReader, type VariableReader } from './setting-reader.ts'
import { SETTING_NAMES } from './variable-names.ts'

/** The keywords of the play or task, evaluated; undefined where not written. */
export interface BecomeValues {
  readonly become?: Value | undefined
  readonly becomeUser?: Value | undefined
  readonly becomeMethod?: Value | undefined
  readonly becomeExe?: Value | undefined
  readonly becomeFlags?: Value | undefined
}

/** What Ansible gives each method when nothing else is said. */
const METHODS: Readonly<
  Record<string, { readonly name: Become['method']; readonly flags: string } | undefined>
> = {
  sudo: { name: 'sudo', flags: '-H -S -n' },
  su: { name: 'su', flags: '' },
  doas: { name: 'doas', flags: '' },
}

/** The keywords as they are written, for messages. */
const KEYWORDS = {
  become: 'become',
  becomeUser: 'become_user',
  becomeMethod: 'become_method',
  becomeExe: 'become_exe',
  becomeFlags: 'become_flags',
} as const

/**
 * Whom to become, from `ansible_become*` variables, which beat the keywords of tasks and plays as in Ansible.
 * @param variable as for `connectionSettings`: never what a host sent
 * @param askedPassword from `--ask-become-pass`; a variable beats it
 * @returns undefined for the login user
 * @throws InputError with all settings of a wrong type; for methods that muster does not have
 */
export function becomeSettings(
  variable: VariableReader,
  keywords: BecomeValues = {},
  askedPassword?: Secret,
  place: (name: string) => Position | undefined = () => undefined,
): Become | undefined {
  const written = new Map<string, Value | undefined>()
  for (const [key, word] of Object.entries(KEYWORDS))
    written.set(word, keywords[key as keyof typeof KEYWORDS])
  // A keyword is one more name for its setting, the weakest.
  const reader = new SettingReader((name) => (written.has(name) ? written.get(name) : variable(name)), place)
  const become = settings(reader, askedPassword)
  if (reader.problems.length > 0) throw new InputError(reader.problems)
  return become
}

function settings(reader: SettingReader, askedPassword: Secret | undefined): Become | undefined {
  const wanted = reader.boolean([KEYWORDS.become, ...SETTING_NAMES.become]) ?? false
  if (!wanted) return undefined
  const found: Found | undefined = reader.find([KEYWORDS.becomeMethod, ...SETTING_NAMES.becomeMethod])
  const method =
    METHODS[String(found?.value ?? 'sudo').replace(/^(?:ansible\.builtin|community\.general)\./, '')]
  if (method === undefined) {
    const hint =
      found?.value === 'runas' || found?.value === 'ansible.builtin.runas'
        ? 'an administrator has all rights over SSH, and another user can only be become with a password that the host would have to be told: log in as that user'
        : 'muster becomes another user with these'
    reader.problem(found!, 'is none of sudo, su and doas', hint)
  }
  const password = reader.secret(SETTING_NAMES.becomePassword) ?? askedPassword
  return {
    method: method?.name ?? 'sudo',
    user: reader.text([KEYWORDS.becomeUser, ...SETTING_NAMES.becomeUser]) ?? 'root',
    ...(password === undefined ? {} : { password }),
    exe: reader.text([KEYWORDS.becomeExe, ...SETTING_NAMES.becomeExe]) ?? method?.name ?? 'sudo',
    flags: flags(reader) ?? method?.flags ?? '',
  }
}

/** Flags may be empty on purpose. */
function flags(reader: SettingReader): string | undefined {
  const names = [KEYWORDS.becomeFlags, ...SETTING_NAMES.becomeFlags]
  return reader.find(names)?.value === '' ? '' : reader.text(names)
}
