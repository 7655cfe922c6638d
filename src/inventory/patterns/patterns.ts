import { InputError, type Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { Inventory } from '../inventory.ts'
import { findHost } from '../localhost.ts'
import { hostsOf } from '../members.ts'
import { globExpression } from '../sources/glob.ts'
import { limitWords } from './limit.ts'
import { patternWords } from './pattern-words.ts'
import { readSubscript, subscripted } from './subscript.ts'

/**
 * The hosts that a pattern means, in order, each once: words separated by `,` or `:` add hosts, `&word` keeps only
 * its hosts, `!word` takes them away, whatever their place; without a word that adds, all hosts count. A word is a
 * host, a group, a wildcard (`web*`), a part of one (`web[0:2]`) or a regular expression (`~web\d`).
 * @param limit the text of `--limit`: another pattern that filters and never orders; `@FILE` in it names a file with
 *   one word a line
 * @param unknown gets the words that name nothing (yet), instead of refusing them
 * @returns empty when wildcards or operators leave nothing
 * @throws InputError with all words that name nothing, and for empty patterns and limits
 */
export function matchPattern(
  inventory: Inventory,
  pattern: string | readonly string[],
  limit?: string,
  unknown?: Problem[],
): string[] {
  const problems: Problem[] = []
  const words = (typeof pattern === 'string' ? [pattern] : pattern).flatMap(patternWords)
  if (words.length === 0) {
    problems.push({ message: 'the pattern of hosts is empty', hint: 'all hosts are meant by "all"' })
  }
  const missing = unknown ?? problems
  const matched = evaluate(inventory, words, problems, missing)
  const kept =
    limit === undefined
      ? undefined
      : new Set(evaluate(inventory, limitWords(limit, problems), problems, missing))
  if (problems.length > 0) throw new InputError(problems)
  return kept === undefined ? matched : matched.filter((name) => kept.has(name))
}

function evaluate(
  inventory: Inventory,
  words: readonly string[],
  problems: Problem[],
  missing: Problem[],
): string[] {
  const rest = words.filter((word) => word.startsWith('&') || word.startsWith('!'))
  const unions = words.filter((word) => !rest.includes(word))
  const hosts = new Set<string>()
  for (const word of unions.length === 0 ? ['all'] : unions) {
    for (const name of matchWord(inventory, word, problems, missing)) hosts.add(name)
  }
  for (const operator of ['&', '!']) {
    for (const word of rest.filter((candidate) => candidate.startsWith(operator))) {
      const matched = new Set(matchWord(inventory, word.slice(1), problems, missing))
      for (const name of hosts) if (matched.has(name) === (operator === '!')) hosts.delete(name)
    }
  }
  return [...hosts]
}

/** The hosts of one word without its operator; one that can name nothing is a problem. */
function matchWord(inventory: Inventory, word: string, problems: Problem[], missing: Problem[]): string[] {
  const exact = findHost(inventory, word)
  if (exact !== undefined && !(exact.implicit && inventory.groups.has(word))) return [exact.name]
  if (word.startsWith('~')) return matchExpression(inventory, word, problems)
  if (word.replace(/\[[^[\]]*\]/g, '').match(/[[\]]/)) {
    problems.push({
      message: `${word} has a bracket without its partner`,
      hint: 'a part is written web[0:2]',
    })
    return []
  }
  const subscript = readSubscript(word)
  const expression = subscript?.expression ?? word
  const { hosts, known } = matchNames(inventory, expression)
  if (!known && !/[*?[]/.test(expression)) {
    missing.push(unknownName(inventory, expression))
    return []
  }
  if (subscript === undefined) return hosts
  const part = subscripted(hosts, subscript)
  if (part !== undefined) return part
  missing.push({
    message: `${word} names no host: ${expression} has ${hosts.length} of them`,
    hint: 'counting starts at 0',
  })
  return []
}

/** Groups first; hosts by name when no group has the name or the word can mean both. */
function matchNames(inventory: Inventory, word: string): { hosts: string[]; known: boolean } {
  const expression = globExpression(word)
  const groups = [...inventory.groups.keys()].filter((name) => expression.test(name))
  const hosts = new Set(groups.flatMap((name) => hostsOf(inventory, name)))
  if (groups.length === 0 || /[.?*[]/.test(word)) {
    for (const name of inventory.hosts.keys()) if (expression.test(name)) hosts.add(name)
  }
  return { hosts: [...hosts], known: groups.length > 0 || hosts.size > 0 }
}

function matchExpression(inventory: Inventory, word: string, problems: Problem[]): string[] {
  let expression: RegExp
  try {
    expression = new RegExp(javaScriptSource(word.slice(1)), 'y')
  } catch (error) {
    problems.push({ message: `${word} is no regular expression: ${(error as Error).message}` })
    return []
  }
  const matches = (name: string) => {
    expression.lastIndex = 0
    return expression.test(name)
  }
  const hosts = new Set<string>()
  for (const name of inventory.groups.keys()) {
    if (matches(name)) for (const host of hostsOf(inventory, name)) hosts.add(host)
  }
  for (const name of inventory.hosts.keys()) if (matches(name)) hosts.add(name)
  return [...hosts]
}

/** Python's spelling of named groups and of the end of the text. */
function javaScriptSource(source: string): string {
  return source
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\Z', '$')
}

function unknownName(inventory: Inventory, word: string): Problem {
  const message =
    word === '' ? 'an operator stands without a name behind it' : `no host and no group is called ${word}`
  const [, host, port] = /^(.+):(\d+)$/.exec(word) ?? []
  if (port !== undefined) return { message, hint: `a pattern names hosts without their port: ${host}` }
  if (word.includes(':') || word.includes(','))
    return { message, hint: 'a file of limits has one word a line' }
  return { message, hint: didYouMean(word, [...inventory.groups.keys(), ...inventory.hosts.keys()]) }
}
