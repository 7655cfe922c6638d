import { Secret } from '../values/secret.ts'
import type { TemplateHome } from './api.ts'
import { PythonError } from './python/error.ts'

const VAULT = '$ANSIBLE_VAULT;'
/** A value as SOPS writes it, and the words that begin its own part of a file: YAML, JSON, dotenv, INI. */
const SOPS_VALUE = 'ENC[AES256_GCM,'
const SOPS_METADATA = /^(?:sops:|sops_version=|\[sops\]|\s*"sops":)|[{,]\s?"sops":/m

/**
 * The text of a file on the controller as it is meant: a file that Ansible Vault encrypted is decrypted, and then a
 * Secret, where the home can. Ciphertext is never a value.
 * @throws PythonError when the file is encrypted and nothing here opens it
 */
export function openText(text: string, file: string, home: TemplateHome): string | Secret {
  if (text.startsWith(VAULT)) {
    if (home.decrypt !== undefined) return home.decrypt(text, file)
    throw new PythonError(
      `${file} is encrypted with Ansible Vault, which muster cannot read here yet;` +
        ' give the value as a variable marked !secret, or decrypt the file before the run',
    )
  }
  if (text.includes(SOPS_VALUE) && SOPS_METADATA.test(text)) {
    throw new PythonError(
      `${file} is encrypted with SOPS, which muster cannot read here yet; decrypt it before the run (sops -d ${file})`,
    )
  }
  return text
}

/** {@link openText} with the cover taken off, for those who cover what they make of it themselves. */
export function openedText(
  text: string,
  file: string,
  home: TemplateHome,
): { text: string; secret: boolean } {
  const opened = openText(text, file, home)
  return opened instanceof Secret
    ? { text: opened.revealText(), secret: true }
    : { text: opened, secret: false }
}
