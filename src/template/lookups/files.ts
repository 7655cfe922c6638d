import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { mapText } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { PythonError } from '../python/error.ts'
import { globPaths } from '../python/paths/glob.ts'
import { str } from '../python/text/repr.ts'
import { stripEnd, stripStart } from '../python/text/strip.ts'
import { isTrue } from '../python/truth.ts'
import { type Lookup, type Lookups, plainLookup } from './define.ts'
import { candidates, fileName, findPath, readNamed } from './read-file.ts'

/** The content of files, white space at the end dropped unless `rstrip=false`. */
const file: Lookup = {
  options: ['lstrip', 'rstrip'],
  run(terms, options, evaluation) {
    const left = isTrue(options.get('lstrip') ?? false)
    const right = isTrue(options.get('rstrip') ?? true)
    const stripped = (text: string) => {
      const rest = left ? stripStart(text) : text
      return right ? stripEnd(rest) : rest
    }
    return terms.map((term) => mapText(readNamed(fileName(term), evaluation), stripped))
  },
}

/** The content of files, encrypted or not, to the last line end. */
const unvault: Lookup = plainLookup((terms, _options, evaluation) =>
  terms.map((term) => readNamed(fileName(term), evaluation)),
)

/** The paths of files that match a pattern in one folder; folders and deeper files do not count. */
const fileglob: Lookup = plainLookup((terms, _options, evaluation) =>
  terms.flatMap((term) => {
    const pattern = fileName(term)
    for (const path of candidates(pattern, evaluation)) {
      const folder = dirname(path)
      const found = globPaths(basename(path), folder)
        .map((name) => join(folder, name))
        .filter((each) => statSync(each, { throwIfNoEntry: false })?.isFile())
      if (found.length > 0) return found.sort()
    }
    return []
  }),
)

const FIRST_FOUND: readonly string[] = ['files', 'paths', 'skip']

/** The path of the first file that is there. Terms are names or dicts with `files`, `paths` and `skip`. */
const firstFound: Lookup = {
  options: FIRST_FOUND,
  run(terms, options, evaluation) {
    let skip = isTrue(options.get('skip') ?? false)
    const names: string[] = []
    let paths = split(options.get('paths'), /[,:;]/)
    const collect = (term: Value): void => {
      if (Array.isArray(term)) {
        for (const item of term) collect(item)
      } else if (term instanceof Map) {
        const unknown = [...term.keys()].find((key) => !FIRST_FOUND.includes(str(key)))
        if (unknown !== undefined)
          throw new PythonError(`there is no option '${str(unknown)}'; known: ${FIRST_FOUND.join(', ')}`)
        // As in Ansible its options hold for what follows it too.
        skip = isTrue(term.get('skip') ?? false)
        paths = split(term.get('paths'), /[,:;]/)
        collect(split(term.get('files'), /[,;]/))
      } else {
        const name = fileName(term)
        names.push(...(paths.length === 0 ? [name] : paths.map((path) => join(path, name))))
      }
    }
    for (const term of terms) collect(term)
    if (terms.length === 0) collect(split(options.get('files'), /[,;]/))
    for (const name of names) {
      const path = findPath(name, evaluation)
      if (path !== undefined) return [path]
    }
    if (skip) return []
    throw new PythonError(`No file was found when using first_found. Looked for ${names.join(', ')}`)
  },
}

/** A list of names, or one text with several. */
function split(value: Value | undefined, separator: RegExp): string[] {
  if (value === undefined || value === null) return []
  const texts = (Array.isArray(value) ? value : [value]).map(fileName)
  return texts.flatMap((text) => text.split(separator))
}

/** Lookups of files on the controller. */
export const fileLookups: Lookups = { file, unvault, fileglob, first_found: firstFound }
