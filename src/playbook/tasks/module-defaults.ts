import type { Module } from '../../modules/module.ts'
import { knownNames, loadModule, resolveModuleName, withoutPrefix } from '../../modules/registry.ts'
import type { Position } from '../../values/position.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { shownName } from '../../values/text/variable-name.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { type Fields, fieldsOf, isNull } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import { Mistakes as Collection } from '../mistakes.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { insteadOfModule } from './not-yet.ts'

/**
 * `module_defaults`: arguments by the short name of the module that takes them. Of several for one module the nearest
 * counts, whole (measured with 2.19.14); a task's own arguments beat it one by one.
 */
export type ModuleDefaults = ReadonlyMap<string, YamlMap>

/** Actions of Ansible that look for the defaults of the module that they come to on the host. */
const ON_BEHALF: Readonly<Record<string, readonly string[]>> = {
  package: ['apt', 'dnf', 'yum', 'zypper'],
  service: ['systemd'],
}

/** The keyword as it is written: a mapping or a list of mappings; undefined without it. */
export function readModuleDefaults(fields: Fields, mistakes: Mistakes): ModuleDefaults | undefined {
  const node = fields.node('module_defaults')
  if (node === undefined) return undefined
  const defaults = new Map<string, YamlMap>()
  for (const part of node.kind === 'list' ? node.items : [node]) {
    if (part.kind !== 'map') {
      mistakes.add(
        part.position,
        'module_defaults takes a mapping of modules to arguments',
        'write the modules out, like `module_defaults: { copy: { mode: "0644" } }`; their arguments may hold templates',
      )
      continue
    }
    for (const { name, key, value } of fieldsOf(part)) {
      const module = moduleOf(name, key.position, mistakes)
      const args = argumentsOf(name, value, mistakes)
      if (module !== undefined && args !== undefined) defaults.set(module, args)
    }
  }
  return defaults
}

function moduleOf(name: string, position: Position, mistakes: Mistakes): string | undefined {
  const module = resolveModuleName(name)
  if (module !== undefined) return module
  if (name.startsWith('group/')) {
    mistakes.add(
      position,
      `module_defaults: groups of modules are not supported: ${shownName(name)}`,
      'write the arguments for each module of the group that is used',
    )
    return undefined
  }
  const bare = withoutPrefix(name)
  mistakes.add(
    position,
    `module_defaults: muster has no module '${shownName(name)}'`,
    insteadOfModule(bare) ?? didYouMean(bare, knownNames()) ?? 'leave it out: no task can use it',
  )
  return undefined
}

function argumentsOf(name: string, node: YamlNode, mistakes: Mistakes): YamlMap | undefined {
  if (node.kind === 'map') return node
  if (isNull(node)) return { kind: 'map', entries: [], repeated: [], position: node.position }
  mistakes.add(
    node.position,
    `module_defaults: the arguments of ${shownName(name)} are a mapping`,
    'write each parameter with a value or a template of its own',
  )
  return undefined
}

/** Looks through defaults that perhaps no task uses: their parameters exist, and their templates can be read. */
export async function checkModuleDefaults(
  defaults: ModuleDefaults | undefined,
  mistakes: Mistakes,
): Promise<void> {
  for (const [name, node] of defaults ?? []) {
    const module = await loadModule(name)
    const known = Object.entries(module.spec.parameters).flatMap(([each, { aliases = [] }]) => [
      each,
      ...aliases,
    ])
    const { args, positions } = readArguments(module, node, undefined, mistakes)
    if (module.spec.freeKeys === true) continue
    for (const each of args.keys())
      if (!known.includes(each))
        mistakes.add(
          positions.get(each) as Position,
          `module_defaults: ${name} has no parameter '${shownName(each)}'`,
          didYouMean(each, known) ?? `parameters: ${known.join(', ')}`,
        )
  }
}

/** A task's arguments with those that the defaults give it; its own win, under whichever of their names. */
export function withDefaults(
  module: Module,
  own: Arguments,
  defaults: ModuleDefaults | undefined,
  position: Position,
  mistakes: Mistakes,
): Arguments {
  for (const other of ON_BEHALF[module.name] ?? [])
    if (defaults?.has(other) === true)
      mistakes.add(
        position,
        `module_defaults for ${other} do not reach ${module.name}, as they do in Ansible where that is what it comes to`,
        `use ${other} here, or write the defaults for ${module.name}`,
      )
  const node = defaults?.get(module.name)
  // What a task includes has its own arguments: Ansible gives them no defaults either.
  if (node === undefined || module.flow !== undefined) return own
  // Their mistakes are told where they are written.
  const given = readArguments(module, node, undefined, new Collection())
  const written = new Set([...own.args.keys()].map((name) => parameterOf(module, name)))
  const args = new Map([...given.args].filter(([name]) => !written.has(parameterOf(module, name))))
  return {
    args: new Map([...args, ...own.args]),
    positions: new Map([...given.positions, ...own.positions]),
  }
}

function parameterOf(module: Module, word: string): string {
  const found = Object.entries(module.spec.parameters).find(([, { aliases = [] }]) => aliases.includes(word))
  return found?.[0] ?? word
}
