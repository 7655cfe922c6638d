import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'

/** Names of groups: a list of texts, or text with commas; none without a value. @throws TaskFailure for anything else */
export function groupWords(value: Value | undefined): string[] {
  if (value === undefined || value === null || value === '') return []
  const words = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [value]
  const names = words.map((word) => {
    if (typeof word === 'string' && word.trim() !== '') return word.trim()
    throw new TaskFailure('groups must be specified as a list of names', {
      hint: 'write `groups: [web, db]`, or text with commas',
    })
  })
  return [...new Set(names)]
}
