import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { type Field, Fields, fieldsOf, refuseKeyword } from '../fields.ts'
import { readTags } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Play, Task } from '../playbook.ts'
import { readConditions } from '../tasks/conditions.ts'
import { readVariables } from '../variables.ts'

const KEYS = ['name', 'vars', 'tags', 'when']

/** An entry of a playbook that stands for the plays of another file. */
export interface Import {
  /** Path of the other playbook. */
  readonly file: string
  /** Gives each of its plays what the entry says: variables win over the play's, tags are added, conditions come first. */
  apply(play: Play): Play
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
  const variables = readVariables(fields.node('vars'), mistakes)
  const tags = readTags(fields, mistakes)
  const written = fields.node('when')
  const conditions = written === undefined ? [] : readConditions(written, mistakes)
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
  const task = (each: Task): Task => ({
    ...each,
    tags: [...new Set([...each.tags, ...tags])],
    when: [...conditions, ...each.when],
    whenPosition: each.whenPosition ?? written?.position,
  })
  return {
    file,
    apply: (play) => ({
      ...play,
      vars: new Map<string, Value>([...play.vars, ...variables]),
      tags: [...new Set([...play.tags, ...tags])],
      preTasks: play.preTasks.map(task),
      tasks: play.tasks.map(task),
      postTasks: play.postTasks.map(task),
      handlers: play.handlers.map(task),
    }),
  }
}
