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
  /** Warnings: what is unusual and has a meaning: keys written twice. */
  readonly warnings: Problem[]
}

export interface YamlOptions {
  /** The text was encrypted as a whole: all its values are secrets, and no message quotes it. */
  readonly secret?: boolean
}

/**
 * Reads YAML as Ansible does: the syntax by js-yaml, plain scalars by YAML 1.1 (`src/yaml/plain.ts`), anchors and
 * merge keys followed, every node with its place; a text that is JSON is typed as JSON.
 * @param file name for messages; nothing is opened
 * @throws InputError with all problems: a syntax error (the first ends the reading) or unknown tags, aliases without
 *   anchor, keys that are collections, numbers and dates that do not exist, aliases that unfold without bound
 */
export function parseYaml(source: string, file: string, options: YamlOptions = {}): ParsedYaml {
  const secret = options.secret === true
  const lines = new Lines(source, file)
  const composer = new Composer(source, lines, readEvents(source, file, lines, secret), secret)
  const composed = composer.documents()
  if (composer.problems.length > 0) throw new InputError(composer.problems)
  const documents = isJson(source) ? composed.map(typedAsJson) : composed
  return { documents, warnings: composer.warnings }
}

function readEvents(
  source: string,
  file: string,
  lines: Lines,
  secret: boolean,
): ReturnType<typeof parseEvents> {
  try {
    return parseEvents(source, { filename: file })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const offset = error.mark?.position ?? 0
    if (secret) {
      // An excerpt would show what is encrypted.
      throw new InputError([{ message: `not valid YAML: ${error.reason}`, position: lines.at(offset) }])
    }
    throw new InputError([syntaxProblem(error.reason, offset, source, lines)])
  }
}
