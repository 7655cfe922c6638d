import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Secret } from '../../src/values/secret.ts'
import { useVaultPasswords, type VaultPassword } from '../../src/vault/keyring.ts'

export const RECORDED = join(import.meta.dirname, 'recorded')

export const DEFAULT: VaultPassword = { id: 'default', password: new Secret('correct horse') }
export const PROD: VaultPassword = { id: 'prod', password: new Secret('battery staple') }

/** Vault passwords for one test. */
export function withPasswords(...passwords: VaultPassword[]): void {
  useVaultPasswords(passwords)
  onTestFinished(() => useVaultPasswords([]))
}
