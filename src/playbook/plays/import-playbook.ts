import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { type Field, Fields, fieldsOf, refuseKeyword } from '../fields.ts'
import { readTags } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Inherited } from '../playbook.ts'
import { NOTHING_INHERITED, readWhen } from '../tasks/inherited.ts'
import { readVariables } from '../variables.ts'

const KEYS = ['name', 'vars', 'tags', 'when']

/** An entry of a playbook that stands for the plays of another file. */
export interface Import {
  /** Path of the other playbook. */
  readonly file: string
  /** What its plays get: variables that win over theirs, tags that are added, conditions that come first. */
  readonly inherited: Inherited
}

/** The field that makes an entry an import; undefined for a play. */
export function importField(entry: YamlMap): Field | undefined {
  return fieldsOf(entry).find(({ name }) => /^(ansible\.builtin\.)?import_playbook$/.test(name))
}

/**
 * `import_playbook`, with its mistakes recorded; undefined when it cannot be followed. Files and templates of its plays
 * are looked for in its own folder.
 */
export async function readImport(
  entry: YamlMap,
  field: Field,
  playbook: string,
  mistakes: Mistakes,
): Promise<Import | undefined> {
  for (const { name, key } of fieldsOf(entry))
    if (name !== field.name && !KEYS.includes(name)) refuseKeyword(name, 'import', key.position, mistakes)
  const fields = new Fields(fieldsOf(entry), mistakes)
  const inherited = {
    ...NOTHING_INHERITED,
    vars: readVariables(fields.node('vars'), mistakes),
    tags: readTags(fields, mistakes),
    when: readWhen(fields, mistakes),
  }
  const { value } = field
  const name = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
  if (name === undefined || name === '' || hasTemplateMarks(name)) {
    mistakes.add(value.position, 'import_playbook takes the name of a file', 'a template cannot stand here')
    return undefined
  }
  const file = join(dirname(playbook), name)
  if ((await stat(file).catch(() => undefined))?.isFile() !== true) {
    mistakes.add(value.position, `import_playbook: no such file: ${name}`, `looked for ${file}`)
    return undefined
  }
  return { file, inherited }
}
