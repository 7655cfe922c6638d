import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { TemplateError, type TemplateHome } from '../../template/api.ts'
import { isVaultText } from '../../vault/envelope.ts'
import { openVaultText } from '../../vault/keyring.ts'

/**
 * What templates find beside a playbook: other templates by name, in `templates/`, then in the playbook's folder, as
 * the template module looks for them.
 */
export function templateHome(directory: string): TemplateHome {
  return {
    directory,
    include(name) {
      const places = isAbsolute(name) ? [name] : [join(directory, 'templates', name), join(directory, name)]
      const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
      if (file === undefined) return undefined
      const source = readFileSync(file, 'utf8')
      if (isVaultText(source)) {
        throw new TemplateError(
          `${file} is encrypted with Ansible Vault, and templates inside others are not opened; encrypt the variables it uses instead`,
        )
      }
      return { source, file }
    },
    decrypt(text, file) {
      return isVaultText(text) ? openVaultText(text, { file }) : undefined
    },
  }
}
