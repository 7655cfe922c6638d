import { dirname, resolve } from 'node:path'
import { InputError } from '../values/problem.ts'
import { InventoryBuilder, type Source } from './builder.ts'
import type { Inventory } from './inventory.ts'
import { readHostName } from './patterns/host-name.ts'
import { addFile } from './sources/add-file.ts'
import { findSource } from './sources/sources.ts'

/**
 * Reads one inventory from all its sources in their order: files in INI, YAML, JSON or TOML, scripts,
 * folders of them, and lists of hosts (`web01,web02`). Later sources add to earlier ones and set variables over theirs.
 * @param sources as given with `-i`; relative paths start at the working directory
 * @param options `merge`: dicts are merged, `hash_behaviour = merge`
 * @throws InputError with all mistakes of all sources. Nothing is skipped: an inventory that is understood in part
 *   would leave out hosts or variables without a word.
 */
export async function readInventory(
  sources: readonly string[],
  options: { readonly merge?: boolean } = {},
): Promise<Inventory> {
  const builder = new InventoryBuilder(options.merge)
  const read: Source[] = []
  const directories: string[] = []
  for (const source of sources) {
    try {
      read.push(await addSource(builder, source, directories))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      builder.problems.push(...error.problems)
    }
  }
  if (sources.length === 0)
    builder.problems.push({ message: 'no inventory is named', hint: 'name one: -i inventory.yaml' })
  if (builder.problems.length > 0) throw new InputError(builder.problems)
  return builder.build(read)
}

/**
 * @param directories folders of the files read so far; this source's are added
 * @returns where the source's variable folders are looked for
 */
async function addSource(builder: InventoryBuilder, source: string, directories: string[]): Promise<Source> {
  const found = await findSource(source)
  if (found.kind === 'problem') throw new InputError([found.problem])
  if (found.kind === 'hosts') {
    addHostList(builder, found.names, source)
    return { file: undefined, directory: undefined }
  }
  const problems: InputError[] = []
  for (const file of found.files) {
    try {
      await addFile(builder, file, directories)
      directories.push(dirname(resolve(file)))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error)
    }
  }
  if (problems.length > 0) throw new InputError(problems.flatMap((error) => error.problems))
  const file = resolve(source)
  return { file, directory: found.directory === undefined ? dirname(file) : file }
}

function addHostList(builder: InventoryBuilder, names: readonly string[], source: string): void {
  const position = { file: `-i ${source}` }
  for (const written of names) {
    const read = readHostName(written)
    if ('message' in read) {
      builder.problems.push({ ...read, position })
      continue
    }
    for (const name of read.names) {
      builder.addHost(name, 'ungrouped', { file: undefined, directory: undefined }, position, read.port)
    }
  }
}
