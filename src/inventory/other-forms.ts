import { extname } from 'node:path'
import type { YamlNode } from '../yaml/node.ts'

/** A form of inventory that Ansible reads and muster does not yet. */
export interface OtherForm {
  readonly name: string
  readonly hint: string
}

const CONVERT = (file: string) =>
  `Ansible converts it: ansible-inventory -i ${file} --list --export --yaml > inventory.yaml`
const INI_ENDINGS = new Set(['.ini', '.cfg', '.txt', '.conf'])

/** Recognises a file that is not in YAML by its ending and its text; undefined when it may be YAML. */
export function otherForm(file: string, text: string, executable: boolean): OtherForm | undefined {
  const ending = extname(file)
  if (executable && text.startsWith('#!')) {
    return { name: 'a script', hint: CONVERT(file) }
  }
  if (text.startsWith('$ANSIBLE_VAULT;')) {
    return { name: 'a file encrypted with Ansible Vault', hint: 'decrypt it: ansible-vault decrypt' }
  }
  if (ending === '.toml') return { name: 'TOML', hint: CONVERT(file) }
  if (INI_ENDINGS.has(ending) || looksLikeIni(text)) return { name: 'INI', hint: CONVERT(file) }
  return undefined
}

/** A line that is a section and nothing else; an indented one may stand in block text. */
function looksLikeIni(text: string): boolean {
  return /^\[[^\]\s,"']+\]\s*(?:#.*)?$/m.test(text)
}

/** Recognises the configuration of an inventory plugin: its root has a key `plugin`. */
export function isPluginConfiguration(root: YamlNode): boolean {
  return (
    root.kind === 'map' &&
    root.entries.some(({ key, value }) => key.value === 'plugin' && value.kind === 'scalar')
  )
}
