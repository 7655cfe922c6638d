import { basename } from 'node:path'
import { InputError } from '../../values/problem.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { addConstructed } from '../constructed/constructed.ts'

/** Recognises the configuration of an inventory plugin: its root has a key `plugin` that is not empty. */
export function isPluginConfiguration(root: YamlNode): boolean {
  return pluginOf(root) !== undefined
}

function pluginOf(root: YamlNode): string | undefined {
  const value =
    root.kind === 'map' ? root.entries.find(({ key }) => key.value === 'plugin')?.value : undefined
  return value?.kind === 'scalar' && value.raw !== '' ? value.raw : undefined
}

const CONSTRUCTED = new Set(['constructed', 'ansible.builtin.constructed'])

/**
 * Runs the plugin that a file configures.
 * @param directories folders of the sources before it
 * @throws InputError for a plugin that muster does not have, with what to do
 */
export async function addPluginSource(
  builder: InventoryBuilder,
  root: YamlMap,
  file: string,
  source: Source,
  directories: readonly string[],
): Promise<void> {
  const plugin = pluginOf(root)!
  if (CONSTRUCTED.has(plugin)) return addConstructed(builder, root, source, directories)
  throw new InputError([
    {
      message: `the inventory plugin ${plugin} is not one of muster's: it has constructed, and reads INI, YAML, TOML, JSON and scripts itself`,
      position: root.position,
      hint: `let Ansible run it: ansible-inventory -i ${file} --list --export --yaml > ${basename(file)}.hosts.yaml, and give muster that file; or give a script that calls "ansible-inventory -i ${file} --list"`,
    },
  ])
}
