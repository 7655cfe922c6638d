import type { Command } from 'commander'
import type { Settings } from '../../settings/settings.ts'
import type { Secret } from '../../values/secret.ts'
import { useVaultPasswords, type VaultPassword } from '../../vault/keyring.ts'
import { readVaultPassword, splitVaultId } from '../../vault/password-source.ts'
import { askSecret } from '../terminal/ask-secret.ts'
import { collect } from './collect.ts'

/** What the words about vault passwords say. */
export interface VaultWords {
  readonly vaultPasswordFile?: readonly string[]
  readonly vaultId?: readonly string[]
  readonly askVaultPass?: boolean
}

/** Adds `--vault-id`, `--vault-password-file` and `--ask-vault-pass`, in Ansible's words. */
export function vaultOptions(command: Command): Command {
  return command
    .option(
      '--vault-id <id>',
      'vault password as ID@SOURCE: prompt, a file, or a script that prints it; may be repeated',
      collect,
    )
    .option(
      '--vault-password-file <file>',
      'vault password: a file, or a script that prints it; may be repeated',
      collect,
    )
    .option('-J, --ask-vault-pass', 'ask for the vault password')
}

/** Passwords named in ansible.cfg or the environment. */
export interface VaultDefaults {
  readonly passwordFile?: string | undefined
  readonly identities?: readonly string[] | undefined
  readonly ask?: boolean | undefined
}

/** What ansible.cfg and its environment say of vault passwords. */
export function vaultDefaults(settings: Settings): VaultDefaults {
  return {
    passwordFile: settings.vaultPasswordFile,
    identities: settings.vaultIdentities,
    ask: settings.askVaultPass,
  }
}

/** The vault passwords that a command is given, in the order in which they are tried. @throws InputError */
export async function vaultPasswords(
  words: VaultWords,
  defaults: VaultDefaults = {},
  ask: (prompt: string) => Promise<Secret> = askSecret,
): Promise<VaultPassword[]> {
  const files =
    words.vaultPasswordFile ?? (defaults.passwordFile === undefined ? [] : [defaults.passwordFile])
  const sources = [
    ...[...(defaults.identities ?? []), ...(words.vaultId ?? [])].map(splitVaultId),
    ...files.map((source) => ({ id: 'default', source })),
    ...(words.askVaultPass === true || defaults.ask === true ? [{ id: 'default', source: 'prompt' }] : []),
  ]
  const passwords: VaultPassword[] = []
  // One after the other: two prompts at once would mix.
  for (const source of sources) passwords.push(await readVaultPassword(source, ask))
  return passwords
}

/** From now on everything encrypted is opened with the passwords that a command is given. @throws InputError */
export async function openVaultsWith(words: VaultWords, defaults?: VaultDefaults): Promise<void> {
  useVaultPasswords(await vaultPasswords(words, defaults))
}
