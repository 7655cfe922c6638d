import { TaskFailure } from '../../values/task-failure.ts'
import { shellWords } from '../../values/text/shell-words.ts'

/** The words of a command line, as {@link shellWords} finds them. @throws TaskFailure in Ansible's words */
export function splitWords(line: string): string[] {
  try {
    return shellWords(line).map(({ text }) => text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TaskFailure(error.message, {
      hint: 'a quote or a backslash that is meant as it stands needs a backslash before it',
    })
  }
}
