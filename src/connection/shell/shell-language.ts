import type { Become, ConnectionError, Step } from '../connection.ts'
import { encodeRequest, PREAMBLE, type RequestMarks } from './frames.ts'
import { explainStart, type FailedStart } from './start-failure.ts'

/** What a resident shell is told, and what is made of its silence: the language of the host. */
export interface ShellLanguage {
  /** What the shell reads first. */
  readonly preamble: string | Buffer
  /** @throws RangeError for what the language cannot say */
  encode(steps: readonly Step[], marks: RequestMarks): Buffer
  /** Why no shell was started. */
  explain(failed: FailedStart): ConnectionError
  /** A step that took too long can only be ended with its shell. */
  readonly diesWithStep?: true
}

/** sh. */
export function posixLanguage(label: string, become: Become | undefined): ShellLanguage {
  return {
    preamble: PREAMBLE,
    encode: encodeRequest,
    explain: (failed) => explainStart(label, become, failed),
  }
}
