import { endOf, saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'

/**
 * The words of useradd and its like are the message, as Ansible has it. A single step that failed changed nothing.
 * @throws TaskFailure when a tool failed
 */
export function toolSucceeded(output: Output, result: Readonly<Record<string, Value>>, steps = 1): void {
  if (output.rc === 0) return
  const said = saidOn(output)
  const missing = /^\S*sh: .*?([a-z]+): (?:command )?not found$/m.exec(said)
  throw new TaskFailure(said === '' ? `the account tool failed (${endOf(output)})` : said, {
    result: { ...result, rc: output.rc, ...(steps === 1 ? { changed: false } : {}) },
    ...(missing === null
      ? {}
      : { hint: `install the package that has ${missing[1]} (passwd or shadow-utils)` }),
  })
}

/** `stderr` for the result, when the tool said something all the same. */
export function warnings(output: Output): Record<string, Value> {
  const said = displayText(output.stderr)
  return said === '' ? {} : { stderr: said, stderr_lines: said.trimEnd().split('\n') }
}
