import type { PatternCursor } from './regex-cursor.ts'

export interface RegexFlags {
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
  readonly dotAll?: boolean
  /** Classes mean ASCII alone, as they do in patterns on bytes. */
  readonly ascii?: boolean
}

/** All flags of Python's `re` that change what a pattern means. */
export interface PatternFlags {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
  readonly ascii: boolean
}

const LETTERS: Readonly<Record<string, keyof PatternFlags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
}

/** The flags given, with those that a pattern sets for the whole of itself at its beginning (`(?im)`). */
export function leadingFlags(cursor: PatternCursor, given: RegexFlags): PatternFlags {
  let flags: PatternFlags = {
    ignoreCase: false,
    multiline: false,
    dotAll: false,
    verbose: false,
    ascii: false,
    ...given,
  }
  for (;;) {
    const match = cursor.matches(/^\(\?([imsxau]+)\)/)
    if (match === null) return flags
    flags = withFlags(flags, match[1]!, true)
  }
}

/** Flags with some switched by their letters; `u` is how text is read anyway. */
export function withFlags(flags: PatternFlags, letters: string, on: boolean): PatternFlags {
  const names = Array.from(letters, (letter) => LETTERS[letter]).filter((name) => name !== undefined)
  return { ...flags, ...Object.fromEntries(names.map((name) => [name, on])) }
}
