import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { Mistakes } from '../mistakes.ts'
import { readVariables } from '../variables.ts'

export interface VarsFile {
  readonly value: Value
  readonly position: Position
}

/**
 * `vars_files`: names, or lists of names of which the first that exists is meant. Files whose names hold no template
 * are read and checked now; one that is missing is a mistake, where Ansible goes on without it.
 *
 * @param directory the playbook's folder
 */
export async function readVarsFiles(
  node: YamlNode | undefined,
  directory: string,
  mistakes: Mistakes,
): Promise<VarsFile[]> {
  if (node === undefined) return []
  const files: VarsFile[] = []
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const names = item.kind === 'list' ? item.items : [item]
    const wrong = names.find((name) => name.kind !== 'scalar' || typeof name.value !== 'string')
    if (wrong !== undefined || names.length === 0) {
      mistakes.add((wrong ?? item).position, 'vars_files takes names of files, or lists of them')
      continue
    }
    const value = toValue(item)
    mistakes.templates(value)
    files.push({ value, position: item.position })
    const texts = names.map((name) => String(name.kind === 'scalar' ? name.value : ''))
    if (texts.some(hasTemplateMarks)) continue
    const found = await findVarsFile(directory, texts)
    if (found !== undefined) await checkVarsFile(found, mistakes)
    else {
      const searched = texts.flatMap((text) => placesOf(directory, text)).join(', ')
      mistakes.add(item.position, `vars_files: no such file: ${texts.join(', ')}`, `searched in ${searched}`)
    }
  }
  return files
}

/**
 * The first of these files that exists: `vars/` beside the playbook, then beside it.
 * @param directory the playbook's folder
 * @param names as written, templates evaluated
 */
export async function findVarsFile(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const place of placesOf(directory, name)) {
      const found = await stat(place).catch(() => undefined)
      if (found?.isFile()) return place
    }
  }
  return undefined
}

/**
 * The variables of a file, templates checked but not evaluated.
 * @throws InputError with all its mistakes
 */
export async function loadVarsFile(path: string): Promise<ReadonlyMap<string, Value>> {
  const mistakes = new Mistakes()
  const { documents, warnings } = await loadYamlFile(path)
  mistakes.addAll(warnings)
  if (documents[1] !== undefined) {
    mistakes.add(documents[1].position, 'more than one YAML document in a file of variables')
  }
  const variables = readVariables(documents[0], mistakes)
  const problems = mistakes.problems()
  if (problems.length > 0) throw new InputError(problems)
  return variables
}

async function checkVarsFile(path: string, mistakes: Mistakes): Promise<void> {
  try {
    await loadVarsFile(path)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    mistakes.addAll(error.problems)
  }
}

function placesOf(directory: string, name: string): string[] {
  return isAbsolute(name) ? [name] : [join(directory, 'vars', name), join(directory, name)]
}
