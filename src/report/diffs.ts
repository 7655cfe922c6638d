import { createTwoFilesPatch } from 'diff'
import { dump } from 'js-yaml'
import type { Diff } from '../run/record/events.ts'
import { jsonOf } from '../values/json-value.ts'
import { visible } from '../values/text/visible.ts'
import type { Value } from '../values/value.ts'

/** Lines; a longer diff is cut with a note, since nobody reads it in a log. */
const MAX_LINES = 400

/** Lines around a change. */
const CONTEXT = 3
/** The shortest diff of two texts takes the square of their lines, and a host wrote one of them. */
const EFFORT = { maxEditLength: 4 * MAX_LINES, timeout: 250 } as const

/** The one change that makes the second text of the first: all between what they have in common at both ends. */
function coarsePatch(names: readonly string[], before: readonly string[], after: readonly string[]): string {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const from = Math.max(0, start - CONTEXT)
  const behind = Math.min(end, CONTEXT)
  const [old, made] = [before, after].map((lines) => lines.length - end + behind - from)
  return [
    '='.repeat(67),
    `--- ${names[0]}`,
    `+++ ${names[1]}`,
    `@@ -${from + 1},${old} +${from + 1},${made} @@`,
    ...before.slice(from, start).map((line) => ` ${line}`),
    ...before.slice(start, before.length - end).map((line) => `-${line}`),
    ...after.slice(start, after.length - end).map((line) => `+${line}`),
    ...before.slice(before.length - end, before.length - end + behind).map((line) => ` ${line}`),
  ].join('\n')
}

/** A before and after as a unified diff, each line made visible. Empty when they are equal. */
export function formatDiff(diff: Diff): string {
  const before = asText(diff.before)
  const after = asText(diff.after)
  if (before === after) return ''
  const header = diff.header ?? ''
  const names = ['before', 'after'].map((name) => (header === '' ? name : `${name}: ${header}`))
  const patch =
    createTwoFilesPatch(names[0]!, names[1]!, before, after, '', '', { ...EFFORT, context: CONTEXT }) ??
    coarsePatch(names, before.split('\n'), after.split('\n'))
  const lines = patch.split('\n').slice(1)
  const shown = lines.slice(0, MAX_LINES).map((line) => visible(line))
  if (lines.length > MAX_LINES) shown.push(`(${lines.length - MAX_LINES} more lines)`)
  return shown.join('\n')
}

function asText(value: string | Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  return dump(jsonOf(value), { sortKeys: false })
}
