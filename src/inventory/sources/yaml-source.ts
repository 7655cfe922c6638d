import { formatPosition, type Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { shownName } from '../../values/text/variable-name.ts'
import type { YamlMap, YamlNode, YamlScalar } from '../../yaml/node.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import {
  groupNameFault,
  isPlainGroupName,
  type NameFault,
  readHostName,
  warnOfGroupNames,
} from '../patterns/host-name.ts'
import { takePriority } from '../variables/priority.ts'
import { setVariables } from '../variables/variables.ts'

const SECTIONS = ['hosts', 'vars', 'children']

/**
 * Adds what an inventory in Ansible's YAML form says: groups at the top, each with `hosts`, `vars` and `children`.
 * Where Ansible skips what it does not understand, every such place is a problem.
 */
export function addYamlSource(builder: InventoryBuilder, root: YamlMap, source: Source): void {
  const reader = new Reader(builder, source)
  for (const { key, value } of root.entries) reader.group(key, value)
  reader.refuseRepeated(root, 'group')
  reader.warnOfGroupNames()
}

class Reader {
  readonly #builder: InventoryBuilder
  readonly #source: Source
  readonly #oddGroups = new Map<string, Position>()

  constructor(builder: InventoryBuilder, source: Source) {
    this.#builder = builder
    this.#source = source
  }

  /** Reads a group and all below it. @returns its name; undefined after a problem with the name */
  group(key: YamlScalar, body: YamlNode): string | undefined {
    const name = this.#text(key, 'group')
    if (name === undefined || this.#fault(key, groupNameFault(name))) return undefined
    if (!isPlainGroupName(name)) this.#oddGroups.set(name, key.position)
    this.#builder.addGroup(name)
    if (isNothing(body)) return name
    if (body.kind !== 'map') {
      const hint = `below a group stand ${SECTIONS.join(', ')}; a group without any has nothing behind its colon`
      this.#problem(`the group ${name} must be a mapping, not ${kindOf(body)}`, body.position, hint)
      return name
    }
    this.refuseRepeated(body, 'section')
    for (const section of body.entries) this.#section(name, section.key, section.value)
    return name
  }

  /** Hosts, groups and sections written twice in one mapping: all but the last would be lost. */
  refuseRepeated(map: YamlMap, what: string): void {
    for (const key of map.repeated) {
      const kept = map.entries.find((entry) => entry.key.raw === key.raw)
      const place = kept === undefined ? '' : ` (again at ${formatPosition(kept.key.position)})`
      this.#problem(
        `the ${what} ${key.raw} is written twice in one mapping${place}`,
        key.position,
        'put what belongs to it in one place',
      )
    }
  }

  warnOfGroupNames(): void {
    warnOfGroupNames(this.#oddGroups, this.#builder.warnings)
  }

  #section(group: string, key: YamlScalar, body: YamlNode): void {
    switch (key.value) {
      case 'hosts':
        for (const entry of this.#entries(group, 'hosts', body, 'host'))
          this.#host(group, entry.key, entry.value)
        break
      case 'children':
        for (const entry of this.#entries(group, 'children', body, 'group')) {
          this.#child(group, entry.key, entry.value)
        }
        break
      case 'vars':
        this.#groupVariables(group, body)
        break
      default:
        this.#problem(
          `the group ${group} has an unknown key ${shownName(key.raw)}`,
          key.position,
          didYouMean(key.raw, SECTIONS) ?? `below a group stand ${SECTIONS.join(', ')}`,
        )
    }
  }

  /** The entries of `hosts` or `children`; one name may be written as text, as Ansible allows. */
  #entries(group: string, section: string, body: YamlNode, what: string): YamlMap['entries'] {
    if (isNothing(body)) return []
    if (body.kind === 'scalar' && typeof body.value === 'string') {
      return [
        {
          key: body,
          value: { kind: 'scalar', value: null, raw: '', quoted: false, position: body.position },
        },
      ]
    }
    if (body.kind !== 'map') {
      const hint = `write each ${what} as a key with a colon: "${what}01:"`
      this.#problem(
        `${section} of the group ${group} must be a mapping, not ${kindOf(body)}`,
        body.position,
        hint,
      )
      return []
    }
    this.refuseRepeated(body, what)
    return body.entries
  }

  #host(group: string, key: YamlScalar, body: YamlNode): void {
    const written = this.#text(key, 'host')
    if (written === undefined) return
    const read = readHostName(written)
    if ('message' in read) {
      this.#fault(key, read)
      return
    }
    if (!isNothing(body) && body.kind !== 'map') {
      const hint = 'below a host stand its variables; a host without any has nothing behind its colon'
      this.#problem(`the host ${written} must be a mapping, not ${kindOf(body)}`, body.position, hint)
      return
    }
    for (const name of read.names) {
      const host = this.#builder.addHost(name, group, this.#source, key.position, read.port)
      // One warning for all hosts of a range.
      const warnings = name === read.names[0] ? this.#builder.warnings : []
      if (body.kind === 'map') setVariables(host.variables, body, warnings)
    }
  }

  #child(parent: string, key: YamlScalar, body: YamlNode): void {
    if (key.value === 'all' || (key.value === 'ungrouped' && parent !== 'all')) {
      const why =
        key.value === 'all' ? 'every group is a child of all' : 'ungrouped holds the hosts in no other group'
      this.#problem(`${key.raw} cannot be a child of ${parent}`, key.position, why)
      return
    }
    const name = this.group(key, body)
    if (name !== undefined) this.#add(this.#builder.addChild(parent, name, key.position))
  }

  #groupVariables(group: string, body: YamlNode): void {
    if (isNothing(body)) return
    if (body.kind !== 'map') {
      const hint = 'write each variable as "name: value"'
      this.#problem(`vars of the group ${group} must be a mapping, not ${kindOf(body)}`, body.position, hint)
      return
    }
    const { variables } = this.#builder.addGroup(group)
    setVariables(variables, body, this.#builder.warnings)
    this.#add(takePriority(this.#builder, group))
  }

  #add(problem: Problem | undefined): void {
    if (problem !== undefined) this.#builder.problems.push(problem)
  }

  #text(key: YamlScalar, what: string): string | undefined {
    if (typeof key.value === 'string') return key.value
    const hint = `put it in quotes: "${key.raw}"`
    this.#problem(
      `${key.raw === '' ? 'nothing' : key.raw} is no ${what} name: YAML does not read it as text`,
      key.position,
      hint,
    )
    return undefined
  }

  #fault(key: YamlScalar, fault: NameFault | undefined): boolean {
    if (fault !== undefined) this.#problem(fault.message, key.position, fault.hint)
    return fault !== undefined
  }

  #problem(message: string, position: Position | undefined, hint?: string): void {
    this.#builder.problems.push({ message, position, hint })
  }
}

function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

function kindOf(node: YamlNode): string {
  if (node.kind === 'list') return 'a list'
  // The text is not shown: it may be a password that lost its key.
  return node.kind === 'map' ? 'a mapping' : 'a single value'
}
