import { joinTexts, mapText } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/**
 * Words as one command line that programs on Windows split again into the same words (the rules of CommandLineToArgvW):
 * quotes where there is a blank or nothing, backslashes doubled in front of a quote.
 */
export function windowsArguments(words: readonly Text[]): Text {
  return joinTexts(
    words.map((word) => mapText(word, windowsArgument)),
    ' ',
  )
}

/** One word of {@link windowsArguments}. */
export function windowsArgument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}

/** A command line as the program and what stands behind it, as CreateProcess finds them. */
export function programAndRest(line: string): { readonly program: string; readonly rest: string } {
  const found = /^\s*(?:"([^"]*)"?|(\S+))\s*([\s\S]*)$/.exec(line)
  return { program: found?.[1] ?? found?.[2] ?? '', rest: found?.[3] ?? '' }
}
