import { join, relative } from 'node:path'
import { InputError, type Problem } from '../../values/problem.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import type { Inventory } from '../inventory.ts'
import { LOCAL_NAMES } from '../localhost.ts'
import { openVariableFolder, type VariableFolder } from '../variables/find-variable-files.ts'
import { noVariables, setVariables, type Variables } from '../variables/variables.ts'

/** Variables of groups and hosts found in one folder. */
export interface Layer {
  readonly groups: Map<string, Variables>
  readonly hosts: Map<string, Variables>
}

/** Reads folders for one inventory, each folder once, and collects the problems of all. */
export class FolderReader {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #inventory: Pick<Inventory, 'hosts' | 'groups'>
  readonly #layers = new Map<string, Layer>()

  readonly #merge: boolean

  constructor(inventory: Pick<Inventory, 'hosts' | 'groups'>, merge: boolean) {
    this.#inventory = inventory
    this.#merge = merge
  }

  async read(directory: string): Promise<Layer> {
    const known = this.#layers.get(directory)
    if (known !== undefined) return known
    const hosts = [
      ...this.#inventory.hosts.keys(),
      ...LOCAL_NAMES.filter((name) => !this.#inventory.hosts.has(name)),
    ]
    const layer = {
      groups: await this.#folder(join(directory, 'group_vars'), this.#inventory.groups.keys()),
      hosts: await this.#folder(join(directory, 'host_vars'), hosts),
    }
    this.#layers.set(directory, layer)
    return layer
  }

  async #folder(path: string, names: Iterable<string>): Promise<Map<string, Variables>> {
    const folder: VariableFolder = await openVariableFolder(path)
    this.warnings.push(...folder.warnings)
    const found = new Map<string, Variables>()
    for (const name of names) {
      const files = await folder.filesFor(name)
      if (files.length === 0) continue
      const variables = noVariables(this.#merge)
      for (const file of files) await this.#file(shortest(file), variables)
      found.set(name, variables)
    }
    return found
  }

  async #file(path: string, into: Variables): Promise<void> {
    try {
      const { documents, warnings } = await loadYamlFile(path)
      this.warnings.push(...warnings)
      const [root, second] = documents
      if (second !== undefined) {
        throw new InputError([{ message: 'a second document begins here', position: second.position }])
      }
      if (root === undefined || (root.kind === 'scalar' && root.value === null)) return
      if (root.kind !== 'map') {
        const message = `a file of variables is a mapping, not ${root.kind === 'list' ? 'a list' : 'text'}`
        throw new InputError([
          { message, position: root.position, hint: 'write each variable as "name: value"' },
        ])
      }
      setVariables(into, root, this.warnings)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.problems.push(...error.problems)
    }
  }
}

/** The path as messages show it: below the working directory without that folder. */
function shortest(path: string): string {
  const inside = relative(process.cwd(), path)
  return inside.startsWith('..') ? path : inside
}
