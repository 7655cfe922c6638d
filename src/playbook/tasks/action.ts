import { knownNames, resolveModuleName, withoutPrefix } from '../../modules/registry.ts'
import type { Position } from '../../values/position.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { shownName } from '../../values/text/variable-name.ts'
import type { YamlNode, YamlScalar } from '../../yaml/node.ts'
import { type Field, fieldsOf, isNull, refuseKeyword } from '../fields.ts'
import { isKeyword, keywordsOn } from '../keywords.ts'
import type { Mistakes } from '../mistakes.ts'
import { isLoopWord } from './loop.ts'
import { insteadOfKeyword, insteadOfModule } from './not-yet.ts'

/** The module of a task and where its arguments stand. */
export interface Action {
  /** Short name in the registry. */
  readonly module: string
  readonly position: Position
  /** A mapping, free-form text, or null. */
  readonly args: YamlNode
}

/**
 * Finds what a task does: the one key that is a module, or `action`. Every other key that is no keyword is a mistake;
 * Ansible takes a misspelt keyword for a second module. Undefined when the mistakes tell why there is none.
 */
export function readAction(
  fields: readonly Field[],
  where: 'task' | 'handler',
  position: Position,
  mistakes: Mistakes,
): Action | undefined {
  const others = fields.filter(({ name }) => !isKeyword(name, where) && !isLoopWord(name))
  const modules = others.filter(({ name }) => resolveModuleName(name) !== undefined)
  const strangers = others.filter((field) => !modules.includes(field))
  const byAction = fields.find(({ name }) => name === 'action' || name === 'local_action')

  let refused = false
  for (const field of strangers) {
    refused = refuseStranger(field, where, modules.length > 0 || byAction !== undefined, mistakes) || refused
  }
  if (modules.length + (byAction === undefined ? 0 : 1) > 1) {
    const words = [...(byAction === undefined ? [] : [byAction]), ...modules].map(({ name }) => name)
    mistakes.add(position, `conflicting action statements: ${words.join(', ')}`, 'write a task for each')
    return undefined
  }
  const only = modules[0]
  if (only !== undefined) {
    return { module: resolveModuleName(only.name)!, position: only.key.position, args: only.value }
  }
  if (byAction !== undefined) return readActionKeyword(byAction.value, mistakes)
  if (!refused) {
    mistakes.add(position, 'no module/action detected in task.', 'write a module like `command: ...` into it')
  }
  return undefined
}

/** @returns whether the word may have been meant as the task's module */
function refuseStranger(
  { name, key }: Field,
  where: 'task' | 'handler',
  hasModule: boolean,
  mistakes: Mistakes,
): boolean {
  const bare = withoutPrefix(name)
  if (insteadOfModule(bare) !== undefined) {
    refuseModule(name, key.position, mistakes)
    return true
  }
  if (insteadOfKeyword(name) !== undefined || hasModule || isKeywordAnywhere(name)) {
    refuseKeyword(name, where, key.position, mistakes)
    return name === 'import_playbook'
  }
  if (didYouMean(name, keywordsOn(where)) !== undefined && didYouMean(bare, knownNames()) === undefined) {
    refuseKeyword(name, where, key.position, mistakes)
    return false
  }
  refuseModule(name, key.position, mistakes)
  return true
}

function isKeywordAnywhere(name: string): boolean {
  return (['play', 'block', 'handler', 'loop_control'] as const).some((where) => isKeyword(name, where))
}

function refuseModule(name: string, position: Position, mistakes: Mistakes): void {
  const bare = withoutPrefix(name)
  const instead = insteadOfModule(bare)
  if (instead !== undefined) {
    mistakes.add(position, `the module '${shownName(name)}' is not supported by muster yet`, instead)
  } else {
    const hint = didYouMean(bare, knownNames()) ?? `modules: ${knownNames().join(', ')}`
    mistakes.add(
      position,
      `couldn't resolve module/action '${shownName(name)}': muster has no such module`,
      hint,
    )
  }
}

/** `action: debug msg=x`, or `action: {module: debug, msg: x}`. */
function readActionKeyword(node: YamlNode, mistakes: Mistakes): Action | undefined {
  if (node.kind === 'map') {
    const fields = fieldsOf(node)
    const module = fields.find(({ name }) => name === 'module')?.value
    const word = module?.kind === 'scalar' ? module.raw : ''
    const entries = node.entries.filter(({ key }) => key.value !== 'module')
    return named(word, module?.position ?? node.position, { ...node, entries }, mistakes)
  }
  if (node.kind === 'list' || isNull(node)) {
    mistakes.add(
      node.position,
      'action takes a module and its arguments',
      'write `module: arguments` instead',
    )
    return undefined
  }
  const [, word, rest] = /^\s*(\S*)\s*([\s\S]*)$/.exec(String(node.value))!
  const args: YamlScalar = { ...node, value: rest!, raw: rest! }
  return named(word!, node.position, args, mistakes)
}

function named(word: string, position: Position, args: YamlNode, mistakes: Mistakes): Action | undefined {
  const module = resolveModuleName(word)
  if (module !== undefined) return { module, position, args }
  if (word === '') mistakes.add(position, 'no module/action detected in task.', 'name the module')
  else refuseModule(word, position, mistakes)
  return undefined
}
