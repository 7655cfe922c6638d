import { PythonError } from '../../template/python/error.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { textPattern } from './patterns.ts'

/** What replace shall do. */
export interface MatchWish {
  readonly regexp: string
  readonly replace: string
  /** Patterns whose first hit bounds the part of the text that is looked at. */
  readonly after: string | undefined
  readonly before: string | undefined
}

export interface MatchEdit {
  readonly text: string
  /** Replacements that were made. */
  readonly count: number
  /** The pattern of `after` and `before` when it is not to be found. */
  readonly unbounded?: string
}

/** A text with all matches replaced (facts/modules.md, replace). @throws PythonError for a wrong pattern; TaskFailure for a wrong replacement */
export function replaceMatches(text: string, { regexp, replace, after, before }: MatchWish): MatchEdit {
  const bounds = sectionPattern(after, before)
  let [from, until] = [0, text.length]
  if (bounds !== null) {
    const place = textPattern(bounds, { dotAll: true }).placeOf(text, 'subsection')
    if (place === null) return { text, count: 0, unbounded: bounds }
    ;[from, until] = place
  }
  const section = text.slice(from, until)
  const pattern = textPattern(regexp, { multiline: true })
  try {
    const done = pattern.sub(replace, section)
    return { text: text.slice(0, from) + done.text + text.slice(until), count: done.count }
  } catch (error) {
    // Python has another class of error for that one.
    if (!(error instanceof PythonError) || error.message.startsWith('unknown group name')) throw error
    throw new TaskFailure(`Unable to process replace due to error: ${error.message}`)
  }
}

function sectionPattern(after: string | undefined, before: string | undefined): string | null {
  const [front, back] = [after ?? '', before ?? '']
  if (front !== '' && back !== '') return `${front}(?P<subsection>.*?)${back}`
  if (front !== '') return `${front}(?P<subsection>.*)`
  return back === '' ? null : `(?P<subsection>.*)${back}`
}
