import type { Module } from './module.ts'
import { ALIASES, COLLECTIONS, MODULES } from './registry.gen.ts'

/** Short names of all modules, sorted. */
export function moduleNames(): readonly string[] {
  return Object.keys(MODULES)
}

/** All names that a playbook may use without a prefix: short names and aliases. */
export function knownNames(): readonly string[] {
  return [...moduleNames(), ...Object.keys(ALIASES)]
}

/**
 * The short name of the module that a playbook's word means: itself, an alias (`systemd_service`), or either with
 * Ansible's `ansible.builtin.` or `ansible.legacy.` in front, or the collection that Ansible has it in. Undefined when
 * there is no such module.
 */
export function resolveModuleName(word: string): string | undefined {
  const [, collection, rest] =
    /^(ansible\.posix|community\.general|(?:ansible|community)\.windows)\.(\w+)$/.exec(word) ?? []
  if (rest !== undefined) return COLLECTIONS[rest] === collection ? rest : undefined
  const bare = withoutPrefix(word)
  const name = Object.hasOwn(ALIASES, bare) ? ALIASES[bare]! : bare
  return Object.hasOwn(MODULES, name) ? name : undefined
}

/** A module's word without Ansible's own prefixes. */
export function withoutPrefix(word: string): string {
  return word.replace(/^ansible\.(?:builtin|legacy)\./, '')
}

/**
 * The module of that short name, read when first asked for.
 * @throws RangeError when there is none; ask {@link resolveModuleName} first
 */
export async function loadModule(name: string): Promise<Module> {
  const load = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined
  if (load === undefined) throw new RangeError(`no module named ${name}`)
  return (await load()).default
}
