import { dirname } from 'node:path'
import { InputError, type Problem } from '../values/problem.ts'
import { loadYamlFile } from '../yaml/load.ts'
import { isNull } from './fields.ts'
import { Mistakes, type Uncertain } from './mistakes.ts'
import type { Inherited, Play, Playbook } from './playbook.ts'
import { importField, readImport } from './plays/import-playbook.ts'
import { type ReadOptions, readPlay } from './plays/play.ts'
import { NOTHING_INHERITED, within } from './tasks/inherited.ts'

/**
 * Reads a playbook and checks everything that can be known without a host: keywords, modules, arguments, types,
 * templates, names, and the files it needs.
 *
 * @throws InputError with all mistakes, each with its place
 */
export async function readPlaybook(file: string, options: ReadOptions = {}): Promise<Playbook> {
  const { playbook, mistakes } = await examinePlaybook(file, options)
  if (mistakes.length > 0) throw new InputError(mistakes)
  return playbook
}

/**
 * The same for who has more to check: all that can be told of a playbook, and its mistakes. Plays and tasks that are
 * beyond reading are left out.
 *
 * @throws InputError when a file cannot be read at all
 */
export async function examinePlaybook(
  file: string,
  options: ReadOptions = {},
): Promise<{
  readonly playbook: Playbook
  readonly mistakes: readonly Problem[]
  readonly uncertain: Uncertain
}> {
  const mistakes = new Mistakes()
  const plays = await readPlays(file, [], NOTHING_INHERITED, options, mistakes)
  return { playbook: { file, plays }, mistakes: mistakes.problems(), uncertain: mistakes.uncertain() }
}

/**
 * The plays of a file and of those it imports.
 * @param importing the files that led here, for finding circles
 * @param inherited what their imports hand down
 */
async function readPlays(
  file: string,
  importing: readonly string[],
  inherited: Inherited,
  options: ReadOptions,
  mistakes: Mistakes,
): Promise<Play[]> {
  const { documents, warnings } = await loadYamlFile(file)
  // A key written twice is a mistake here: half of what was written would be dropped without a word.
  mistakes.addAll(warnings)
  const plays: Play[] = []
  const document = documents[0]
  if (document === undefined || isNull(document)) {
    mistakes.add({ file }, 'the playbook is empty', 'a playbook is a list of plays: `- hosts: ...`')
  } else if (document.kind !== 'list') {
    mistakes.add(document.position, 'a playbook is a list of plays', 'begin every play with `- hosts: ...`')
  } else {
    for (const item of document.items) {
      const imported = item.kind === 'map' ? importField(item) : undefined
      if (item.kind === 'map' && imported !== undefined) {
        const entry = await readImport(item, imported, file, mistakes)
        if (entry === undefined) continue
        if ([...importing, file].includes(entry.file)) {
          mistakes.add(imported.value.position, `import_playbook: ${entry.file} imports itself`)
          continue
        }
        // Of variables the outermost import wins.
        const vars = new Map([...entry.inherited.vars, ...inherited.vars])
        const inside = { ...within(inherited, entry.inherited), vars }
        plays.push(...(await readPlays(entry.file, [...importing, file], inside, options, mistakes)))
        continue
      }
      const play = await readPlay(item, dirname(file), inherited, options, mistakes)
      if (play !== undefined) plays.push(play)
    }
    if (document.items.length === 0) mistakes.add(document.position, 'the playbook has no plays')
  }
  if (documents.length > 1) {
    mistakes.add(documents[1]!.position, 'more than one YAML document in a playbook', 'use a file for each')
  }
  return plays
}
