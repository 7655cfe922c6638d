import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { SourceParameter } from '../modules/module.ts'
import { loadModule } from '../modules/registry.ts'
import { checkTemplateFile } from '../template/check.ts'
import { TemplateText } from '../values/template-text.ts'
import { splitWords, unquote } from '../values/text/key-value.ts'
import type { Value } from '../values/value.ts'
import type { Mistakes } from './mistakes.ts'
import type { Task } from './playbook.ts'
import { keywordBoolean } from './tasks/keyword-values.ts'

/**
 * The file a task sends must be there, where its name holds no template; a template file is checked for syntax and
 * unknown filters too. Ansible finds out when the task's turn comes.
 */
export async function checkSource(task: Task, mistakes: Mistakes): Promise<void> {
  const { source } = await loadModule(task.module)
  if (source === undefined || staysOnHost(task.args.get('remote_src'))) return
  const path = sourceName(task.args.get(source.parameter), source)
  if (path === undefined) return
  const places = isAbsolute(path)
    ? [path]
    : task.search.flatMap((folder) => [join(folder, source.folder, path), join(folder, path)])
  const found = await firstExisting(places)
  if (found === undefined) {
    const position = task.argPositions.get(source.parameter) ?? task.position
    mistakes.add(position, `Could not find or access '${path}'`, `searched in ${places.join(', ')}`)
  } else if (source.template !== undefined && !source.template.marks.some((name) => task.args.has(name))) {
    await checkText(found, mistakes)
  }
}

/** A file already on the host, or one that a template decides about. */
function staysOnHost(remoteSource: Value | undefined): boolean {
  if (remoteSource === undefined || remoteSource === null) return false
  if (remoteSource instanceof TemplateText) return true
  try {
    return keywordBoolean('remote_src', remoteSource)
  } catch {
    // A wrong type is among the mistakes already.
    return true
  }
}

function sourceName(value: Value | undefined, { firstWord }: SourceParameter): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  if (firstWord !== true) return value
  try {
    const first = splitWords(value)[0]
    return first === undefined ? undefined : unquote(first.text)
  } catch {
    // Quotes that are not closed are among the mistakes already.
    return undefined
  }
}

async function firstExisting(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const found = await stat(place).catch(() => undefined)
    if (found !== undefined) return place
  }
  return undefined
}

async function checkText(path: string, mistakes: Mistakes): Promise<void> {
  const source = await readFile(path, 'utf8').catch(() => undefined)
  if (source !== undefined) mistakes.addAll(checkTemplateFile(source, path))
}
