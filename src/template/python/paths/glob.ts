import { lstatSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { PythonError } from '../error.ts'

/*
 * Python's `glob` without `**`. By hand, since those of Node and npm know braces and other signs that Python takes
 * literally, and some patterns keep them busy for ever: a pattern may be text of a host's.
 */

/** The system opens no longer path. */
const LONGEST = 4096
/** Milliseconds for one pattern. */
const DEADLINE = 1000

/** One place of a pattern of names: any run, any character, or those of a set. */
type Piece = '*' | '?' | { readonly test: (character: string) => boolean }

/**
 * Paths on the controller that match a pattern, in no order; relative ones start from a folder.
 * @throws PythonError when it takes longer than a second to look
 */
export function globPaths(pattern: string, directory: string): string[] {
  if (pattern.length > LONGEST) return []
  const until = performance.now() + DEADLINE
  const parts = pattern.split('/')
  let paths = ['']
  parts.forEach((part, index) => {
    if (part === '' && (index > 0 || parts.length > 1)) {
      // An empty part is a slash: the first is the root, others are passed over.
      if (index === 0) paths = ['/']
      return
    }
    paths = paths.flatMap((path) => {
      if (performance.now() > until) throw new PythonError('the pattern of files took longer than a second')
      return matching(path, part, directory).map(
        (name) => `${path === '' || path.endsWith('/') ? path : `${path}/`}${name}`,
      )
    })
  })
  return paths.filter((path) => path !== '')
}

function matching(path: string, part: string, directory: string): string[] {
  const folder = resolve(directory, path)
  if (!/[*?[]/.test(part)) return isThere(resolve(folder, part)) ? [part] : []
  const pieces = piecesOf(part)
  return namesIn(folder).filter(
    (name) => (part.startsWith('.') || !name.startsWith('.')) && matches(name, pieces),
  )
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Whether a name matches a pattern of names (`fnmatch`, case counts). */
export function matchesName(name: string, pattern: string): boolean {
  return matches(name, piecesOf(pattern))
}

function piecesOf(pattern: string): Piece[] {
  const characters = Array.from(pattern)
  const pieces: Piece[] = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === '*') {
      if (pieces.at(-1) !== '*') pieces.push('*')
    } else if (character === '?') {
      pieces.push('?')
    } else {
      const end = character === '[' ? endOfSet(characters, at) : undefined
      if (end === undefined) {
        pieces.push({ test: (other) => other === character })
      } else {
        pieces.push({ test: setTest(characters.slice(at + 1, end)) })
        at = end
      }
    }
  }
  return pieces
}

/** Where a set ends; a bracket right behind its beginning belongs to it. Undefined when it is not closed. */
function endOfSet(characters: readonly string[], start: number): number | undefined {
  let first = start + 1
  if (characters[first] === '!') first++
  const end = characters.indexOf(']', first + 1)
  return end < 0 ? undefined : end
}

function setTest(members: readonly string[]): (character: string) => boolean {
  const negated = members[0] === '!'
  const rest = negated ? members.slice(1) : members
  const ranges: (readonly [string, string])[] = []
  for (let at = 0; at < rest.length; at++) {
    const isRange = rest[at + 1] === '-' && at + 2 < rest.length
    ranges.push([rest[at]!, rest[isRange ? at + 2 : at]!])
    if (isRange) at += 2
  }
  const code = (character: string) => character.codePointAt(0)!
  return (character) =>
    ranges.some(([low, high]) => code(low) <= code(character) && code(character) <= code(high)) !== negated
}

/** Goes back to the last `*` only, so that no pattern takes more than its length times the name's. */
function matches(name: string, pieces: readonly Piece[]): boolean {
  const characters = Array.from(name)
  let [at, piece, star, mark] = [0, 0, -1, 0]
  while (at < characters.length) {
    const wanted = pieces[piece]
    if (wanted === '*') {
      star = piece++
      mark = at
    } else if (wanted === '?' || wanted?.test(characters[at]!) === true) {
      at++
      piece++
    } else if (star >= 0) {
      piece = star + 1
      at = ++mark
    } else {
      return false
    }
  }
  while (pieces[piece] === '*') piece++
  return piece === pieces.length
}
