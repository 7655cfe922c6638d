import { fits } from './pep440.ts'

/** One thing that pip shall install, as it is written. */
export interface Requirement {
  readonly text: string
  /** The package's name as an index has it; null for an address, a file, or what only pip can read. */
  readonly name: string | null
  /** Conditions on its version, with commas; empty for none. */
  readonly conditions: string
}

/** Names that mean the same package. */
export function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

/** The words of a list of names: conditions with commas between them were taken for several. */
export function joinNames(words: readonly string[]): string[] {
  const names: string[] = []
  for (const word of words.map((one) => one.trim()))
    if (/^[<>=!~]/.test(word) && names.length > 0) names.push(`${names.pop()},${word}`)
    else names.push(word)
  return names
}

/** A word for pip; one that is no name with conditions (a file, an address) has the name null. */
export function readRequirement(text: string): Requirement {
  const [, name, , conditions = ''] =
    /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*([<>=!~][^;@/]*)?$/.exec(text) ?? []
  return name === undefined
    ? { text, name: null, conditions: '' }
    : { text, name: packageName(name), conditions: conditions.trim() }
}

/** What is installed, by {@link packageName}, from `pip list --format=freeze`. */
export function readInstalled(printed: string): Map<string, string> {
  return new Map(
    printed.split('\n').flatMap((line) => {
      const at = line.indexOf('==')
      return at <= 0 ? [] : [[packageName(line.slice(0, at)), line.slice(at + 2).trim()] as const]
    }),
  )
}

/** Whether it is installed in a version that fits; undefined where only pip can tell. */
export function isInstalled(
  { name, conditions }: Requirement,
  installed: ReadonlyMap<string, string>,
): boolean | undefined {
  if (name === null) return undefined
  const version = installed.get(name)
  if (version === undefined) return false
  return conditions === '' ? true : fits(version, conditions)
}
