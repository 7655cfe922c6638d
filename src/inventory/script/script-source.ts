import pLimit from 'p-limit'
import { EncryptedValue } from '../../values/encrypted.ts'
import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import { openVaultText } from '../../vault/keyring.ts'
import type { YamlMap, YamlNode, YamlScalar } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { groupNameFault, isPlainGroupName, warnOfGroupNames } from '../patterns/host-name.ts'
import { takePriority } from '../variables/priority.ts'
import { setVariable, type Variables, warnOfName } from '../variables/variables.ts'
import { askScript, SCRIPT_TIMEOUT } from './ask-script.ts'

/** Calls with `--host` at a time. */
const AT_ONCE = 8

/**
 * Adds what an executable script gives: groups from `--list`, the variables of hosts from its `_meta.hostvars` or, when
 * there is none, from a call with `--host` for each. Names are literal: no ranges, no ports.
 * @throws InputError when the script cannot be asked
 */
export async function addScriptSource(
  builder: InventoryBuilder,
  file: string,
  source: Source,
  timeout = SCRIPT_TIMEOUT,
): Promise<void> {
  const { map, said } = await askScript(file, ['--list'], timeout)
  if (said !== '') builder.warnings.push({ message: `the script said: ${said}`, position: { file } })
  const reader = new ScriptReader(builder, file, source)
  let hostvars: YamlNode | undefined
  for (const { key, value } of map.entries) {
    if (key.raw === '_meta') hostvars = reader.hostvars(value)
    else reader.group(key, value)
  }
  if (map.entries.some(({ key }) => key.raw === '_meta')) {
    if (hostvars?.kind === 'map') reader.setHostVariables(hostvars)
  } else if (reader.problems.length === 0) {
    const limit = pLimit(AT_ONCE)
    const names = [...reader.hosts]
    const asked = await Promise.allSettled(
      names.map((name) => limit(() => askScript(file, ['--host', name], timeout))),
    )
    for (const [index, answer] of asked.entries()) {
      if (answer.status === 'fulfilled') reader.setVariables(names[index]!, answer.value.map)
      else if (answer.reason instanceof InputError) reader.problems.push(...answer.reason.problems)
      else throw answer.reason
    }
  }
  reader.warnOfGroupNames()
  if (reader.problems.length > 0) throw new InputError(reader.problems)
}

class ScriptReader {
  readonly problems: Problem[] = []
  /** Names of the script's hosts, in order. */
  readonly hosts = new Set<string>()
  readonly #builder: InventoryBuilder
  readonly #file: string
  readonly #source: Source
  readonly #oddGroups = new Map<string, Position>()

  constructor(builder: InventoryBuilder, file: string, source: Source) {
    this.#builder = builder
    this.#file = file
    this.#source = source
  }

  group(key: YamlScalar, body: YamlNode): void {
    const name = key.raw
    if (!this.#addGroup(name, key.position)) return
    if (body.kind === 'list') this.#hosts(name, body)
    else if (body.kind !== 'map') this.#problem(`the group ${name} must be an object or a list of hosts`)
    else if (!['hosts', 'vars', 'children'].some((known) => field(body, known) !== undefined)) {
      // An object without any known key is a host of the group's name, as Ansible has it.
      this.#host(name, name, key)
      this.#groupVariables(name, body)
    } else {
      const hosts = field(body, 'hosts')
      const vars = field(body, 'vars')
      const children = field(body, 'children')
      if (hosts !== undefined) this.#hosts(name, hosts)
      if (vars !== undefined) this.#groupVariables(name, vars)
      if (children !== undefined) this.#children(name, children)
    }
  }

  /** What `_meta` holds for hosts. */
  hostvars(meta: YamlNode): YamlNode | undefined {
    const hostvars = meta.kind === 'map' ? field(meta, 'hostvars') : undefined
    if (hostvars?.kind !== 'map') this.#problem('_meta must hold an object hostvars')
    return hostvars
  }

  setHostVariables(hostvars: YamlMap): void {
    for (const { key, value } of hostvars.entries) {
      // Variables of a host that no group lists mean nothing, to Ansible too.
      if (!this.hosts.has(key.raw)) continue
      if (value.kind === 'map') this.setVariables(key.raw, value)
      else this.#problem(`the variables of the host ${key.raw} must be an object`)
    }
  }

  setVariables(host: string, map: YamlMap): void {
    this.#set(this.#builder.variablesOf(host), map)
  }

  warnOfGroupNames(): void {
    warnOfGroupNames(this.#oddGroups, this.#builder.warnings)
  }

  #addGroup(name: string, position: Position): boolean {
    const fault = groupNameFault(name)
    if (fault !== undefined) {
      this.problems.push({ ...fault, position: { file: position.file } })
      return false
    }
    if (!isPlainGroupName(name)) this.#oddGroups.set(name, { file: position.file })
    this.#builder.addGroup(name)
    return true
  }

  #hosts(group: string, list: YamlNode): void {
    if (list.kind !== 'list') this.#problem(`hosts of the group ${group} must be a list`)
    else for (const item of list.items) this.#host(group, undefined, item)
  }

  #host(group: string, known: string | undefined, item: YamlNode): void {
    const name = known ?? (item.kind === 'scalar' && typeof item.value === 'string' ? item.value : undefined)
    if (name === undefined || !isLiteralName(name)) {
      const shown = item.kind === 'scalar' ? JSON.stringify(item.raw.slice(0, 100)) : 'a list or an object'
      this.#problem(`hosts of the group ${group} are names; ${shown} is none`)
      return
    }
    this.hosts.add(name)
    this.#builder.addHost(name, group, this.#source, { file: this.#file }, undefined)
  }

  #groupVariables(group: string, vars: YamlNode): void {
    if (vars.kind !== 'map') {
      this.#problem(`vars of the group ${group} must be an object`)
      return
    }
    this.#set(this.#builder.addGroup(group).variables, vars)
    const problem = takePriority(this.#builder, group)
    if (problem !== undefined) this.problems.push(problem)
  }

  #children(group: string, list: YamlNode): void {
    if (list.kind !== 'list') {
      this.#problem(`children of the group ${group} must be a list`)
      return
    }
    for (const item of list.items) {
      const name = item.kind === 'scalar' ? item.raw : ''
      if (name === 'all' || (name === 'ungrouped' && group !== 'all')) {
        this.#problem(`${name} cannot be a child of ${group}`)
      } else if (this.#addGroup(name, item.position)) {
        const loop = this.#builder.addChild(group, name, { file: this.#file })
        if (loop !== undefined) this.problems.push(loop)
      }
    }
  }

  #set(into: Variables, map: YamlMap): void {
    const position = { file: this.#file }
    for (const { key, value } of map.entries) {
      warnOfName(key.raw, position, this.#builder.warnings)
      setVariable(into, key.raw, scriptValue(value), position)
    }
  }

  #problem(message: string): void {
    // Lines of a script's output are of no use: nobody has it in a file.
    this.problems.push({ message, position: { file: this.#file } })
  }
}

/** A script's names are taken as they are, but for what could be a path, an option or no line of text. */
function isLiteralName(name: string): boolean {
  return name.length <= 253 && /^[^\s\-/\\\p{C}][^/\\\p{C}]*$/u.test(name) && !/^\.+$/.test(name)
}

function field(map: YamlMap, name: string): YamlNode | undefined {
  return map.entries.find(({ key }) => key.raw === name)?.value
}

/** A script's value; Ansible's two special objects are what they stand for. */
function scriptValue(node: YamlNode): Value {
  if (node.kind === 'map' && node.entries.length === 1) {
    const { key, value } = node.entries[0]!
    if (value.kind === 'scalar' && typeof value.value === 'string') {
      if (key.raw === '__ansible_vault') {
        return new EncryptedValue(value.value, { file: node.position.file }, openVaultText)
      }
      if (key.raw === '__ansible_unsafe') return value.value
    }
  }
  if (node.kind === 'list') return node.items.map(scriptValue)
  if (node.kind === 'map') {
    return new Map(node.entries.map(({ key, value }) => [key.raw, scriptValue(value)]))
  }
  return toValue(node)
}
