import { parseEvents, YAMLException } from 'js-yaml'
import { InputError, type Problem } from '../values/problem.ts'
import { Composer } from './compose.ts'
import { isJson, typedAsJson } from './json-types.ts'
import { Lines } from './lines.ts'
import type { YamlNode } from './node.ts'
import { syntaxProblem } from './syntax-problem.ts'

/** What a YAML text says: no document for an empty one. */
export interface ParsedYaml {
  readonly documents: YamlNode[]
  /** What was odd but has a meaning: keys written twice. */
  readonly warnings: Problem[]
}

/**
 * Reads YAML as Ansible does: the syntax by js-yaml, plain scalars by YAML 1.1 (`src/yaml/plain.ts`), anchors and
 * merge keys followed, every node with its place; a text that is JSON is typed as JSON.
 * @param file name for messages; nothing is opened
 * @throws InputError with all problems: a syntax error (the first ends the reading) or unknown tags, aliases without
 *   anchor, keys that are collections, numbers and dates that do not exist, aliases that unfold without bound
 */
export function parseYaml(source: string, file: string): ParsedYaml {
  const lines = new Lines(source, file)
  const composer = new Composer(source, lines, readEvents(source, file, lines))
  const composed = composer.documents()
  if (composer.problems.length > 0) throw new InputError(composer.problems)
  const documents = isJson(source) ? composed.map(typedAsJson) : composed
  return { documents, warnings: composer.warnings }
}

function readEvents(source: string, file: string, lines: Lines): ReturnType<typeof parseEvents> {
  try {
    return parseEvents(source, { filename: file })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw new InputError([syntaxProblem(error.reason, error.mark?.position ?? 0, source, lines)])
  }
}
