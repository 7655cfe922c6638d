import { InputError, type Problem } from '../../values/problem.ts'
import { hasTemplateMarks, TemplateText } from '../../values/template-text.ts'
import { readPair, splitWords, type Word } from '../../values/text/key-value.ts'
import type { Value } from '../../values/value.ts'
import { openText } from '../../vault/open-content.ts'
import { readTextFileSync } from '../../yaml/load.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { noVariables, setVariable, setVariables, type Variables } from './variables.ts'

/**
 * The variables of `-e`, later ones over earlier ones: `key=value` pairs, whose values are text; a mapping in JSON or
 * YAML (`{...}`), whose values keep their types; or `@FILE` with such a mapping.
 * @param args the texts behind each `-e`
 * @param merge dicts are merged, `hash_behaviour = merge`
 * @throws InputError with the mistakes of all of them
 */
export function parseExtraVars(args: readonly string[], merge = false): Map<string, Value> {
  const variables = noVariables(merge)
  const problems: Problem[] = []
  for (const text of args) {
    try {
      addExtraVars(text, variables)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new InputError(problems)
  return variables.values
}

function addExtraVars(text: string, into: Variables): void {
  if (text.startsWith('@')) {
    const path = text.slice(1)
    const { content, secret } = openText(readTextFileSync(path), path)
    addMapping(content, path, into, secret)
  } else if (/^\s*[{[]/.test(text)) {
    addMapping(text, '-e', into, false)
  } else if (/^[./]/.test(text)) {
    throw refused(text, `a file of variables is named with an @: -e @${text}`)
  } else {
    addAssignments(text, into)
  }
}

function addMapping(text: string, file: string, into: Variables, secret: boolean): void {
  const [root, second] = parseYaml(text, file, { secret }).documents
  if (second !== undefined)
    throw new InputError([{ message: 'a second document begins here', position: second.position }])
  if (root === undefined) return
  if (root.kind !== 'map') {
    const message = `extra variables are a mapping, not ${root.kind === 'list' ? 'a list' : 'text'}`
    throw new InputError([{ message, position: root.position }])
  }
  setVariables(into, root, [])
}

function addAssignments(text: string, into: Variables): void {
  const words = wordsOf(text)
  for (const [index, word] of words.entries()) {
    const pair = readPair(word.text)
    if (pair === undefined) {
      throw refused(
        text,
        `word ${index + 1} has no "="; a value with blanks needs quotes inside: 'key="two words"'`,
      )
    }
    const { key, value } = pair
    const position = { file: '-e' }
    setVariable(into, key, hasTemplateMarks(value) ? new TemplateText(value, position) : value, position)
  }
}

function wordsOf(text: string): Word[] {
  try {
    return splitWords(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw refused(text, 'a quote or a {{ is not closed')
  }
}

/** Of the text only a name before an `=` is shown: the rest may be a password. */
function refused(text: string, hint: string): InputError {
  const name = /^\s*([A-Za-z_]\w{0,39})\s*=/.exec(text)?.[1]
  const message = `the extra variables${name === undefined ? '' : ` "${name}"`} are not understood`
  return new InputError([{ message, position: { file: '-e' }, hint }])
}
