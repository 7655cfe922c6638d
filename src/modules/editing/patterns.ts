import { REGEX_DEADLINE, withinDeadline } from '../../template/python/deadline.ts'
import { PythonError } from '../../template/python/error.ts'
import { PythonRegex, type RegexFlags } from '../../template/python/regex/regex.ts'
import { TaskFailure } from '../../values/task-failure.ts'

/** Text in which every character is one byte: how files are edited, whatever their encoding. */
export function bytesText(bytes: Buffer | string): string {
  return (typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes).toString('latin1')
}

/** A pattern for {@link bytesText}, which means what Python's `re` means by it on bytes. To be used in {@link editing}. @throws PythonError */
export function bytesPattern(pattern: string): PythonRegex {
  return new PythonRegex(bytesText(pattern), { ascii: true }, true)
}

/** A pattern for text. To be used in {@link editing}. @throws PythonError */
export function textPattern(pattern: string, flags: RegexFlags): PythonRegex {
  return new PythonRegex(pattern, flags, true)
}

/**
 * Does an edit, all of its patterns under one deadline: what a host's file holds must not stop muster.
 * @throws TaskFailure for a wrong pattern, in Python's words, or one that takes too long
 */
export function editing<T extends object>(path: string, work: () => T): T {
  try {
    const done = withinDeadline(REGEX_DEADLINE, work)
    if (done !== undefined) return done.result
  } catch (error) {
    if (error instanceof PythonError)
      throw new TaskFailure(error.message, {
        hint: 'it is read as a pattern of Python; a backslash before a sign makes it plain',
      })
    throw error
  }
  throw new TaskFailure(`the task's patterns took longer than ${REGEX_DEADLINE / 1000} second on ${path}`, {
    hint: 'write them without a repetition inside a repetition',
  })
}
