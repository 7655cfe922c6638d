import { type ShellText, sh } from './sh.ts'

/**
 * The shell function `m_fail STEP [WORDS]` of a changing script: it names the step that failed, with the end of what a
 * tool said of it where that is not on standard error already, and ends the script with status 1.
 * @param more prints what else is to be known then
 */
export function failFunction(more: ShellText = sh`:`): ShellText {
  return sh`m_fail() { printf '\0fail\0%s\0%s\0' "$1" "\${2:+$(printf %s "$2" | tail -c 8000)}"; ${more}; exit 1; }`
}

/** What `m_fail` printed. */
export interface FailedStep {
  readonly step: string
  /** A tool's words, as the host sent them. */
  readonly words: Buffer
  /** What the script printed before it failed. */
  readonly before: Buffer
  /** What `more` printed. */
  readonly after: Buffer
}

const MARK = Buffer.from('\0fail\0')

/** The step that failed, from the standard output of a script with {@link failFunction}; undefined where none is named. */
export function failedStep(stdout: Buffer): FailedStep | undefined {
  const at = stdout.lastIndexOf(MARK)
  if (at === -1) return undefined
  const told = stdout.subarray(at + MARK.length)
  const stepEnd = endOf(told, 0)
  const wordsEnd = endOf(told, stepEnd + 1)
  return {
    step: told.toString('latin1', 0, stepEnd),
    words: told.subarray(stepEnd + 1, wordsEnd),
    before: stdout.subarray(0, at),
    after: told.subarray(wordsEnd + 1),
  }
}

function endOf(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(0, from)
  return end === -1 ? bytes.length : end
}
