import { isUtf8 } from 'node:buffer'
import { quote } from '../../shell/quote.ts'
import { ShellText } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import type { Step } from '../connection.ts'
import { DEFINE_WATCH } from './watch.ts'

/*
 * A request is shell text for the standard input of a resident shell, and comes back as frames on its standard output
 * and on its standard error alike:
 *
 *   NONCE b INDEX PID SHELL LF          the step begins; its process and the resident shell's
 *   ...                                 what the step printed
 *   LF NONCE e INDEX STATUS LF          it ended
 *   NONCE d LF                          the request is done
 *
 * The nonce is random for each request and stands in no variable, file or command line on the host, so nothing that a
 * step prints can look like a frame. What comes outside of frames (rc files, processes left behind) is skipped.
 */

/** The words by which both sides of one request know its frames. */
export interface RequestMarks {
  /** 128 random bits in hex. Known to the resident shell and us alone. */
  readonly nonce: string
  /** Where the relay stops reading. Other users see it in the host's process list, so it proves nothing. */
  readonly stop: string
}

/** What a resident shell reads first: signals meant for a step's process group must not end the shell itself. */
export const PREAMBLE = `trap : HUP INT TERM\n${DEFINE_WATCH}`

/**
 * The whole request. Each script runs in a subshell by `eval`, so that a syntax error, `exit` or `cd` in it stays its
 * own; its standard input is never the resident shell's.
 *
 * @throws RangeError for a NUL character in a script, or a word that cannot name an environment variable
 */
export function encodeRequest(steps: readonly Step[], marks: RequestMarks): Buffer {
  const parts: (string | Buffer)[] = []
  steps.forEach((step, index) => {
    if (step.inline) parts.push(inline(step, index, marks))
    else parts.push(...(step.contained ? direct(step, index, marks) : throughRelay(step, index, marks)))
  })
  parts.push(`printf '${marks.nonce} d\\n'\nprintf '${marks.nonce} d\\n' >&2\n`)
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

/** In the resident shell itself; what kills it kills the shell. */
function inline(step: Step, index: number, marks: RequestMarks): string {
  if (step.environment !== undefined || step.stdin !== undefined)
    throw new RangeError('an inline step has no environment and no standard input')
  const begin = `printf '${marks.nonce} b ${index} %s %s\\n' "$$" "$$"`
  return `${begin}; ${begin} >&2\n{ ${textOf(step)}\n} </dev/null\n${end(index, marks, '')}\n`
}

/** Output goes straight to the channel. */
function direct(step: Step, index: number, marks: RequestMarks): (string | Buffer)[] {
  return [...subshell(step, index, marks, false), `\n${end(index, marks, '')}\n`]
}

/**
 * Output passes `sed`, which leaves at the stop line: a process that the step left behind then writes into a closed
 * pipe, and not into the frames of later steps. sed is on every host and passes any bytes on in
 * the C locale; the stop line comes twice since busybox's sed reads one line ahead.
 */
function throughRelay(step: Step, index: number, marks: RequestMarks): (string | Buffer)[] {
  const sed = `trap '' HUP INT TERM; LC_ALL=C sed '/^${marks.stop}$/q'`
  // The traps: signals to the whole process group, as `kill 0` in a script sends them, must not reach the bookkeeping.
  return [
    'm_watch\n{ { trap : HUP INT TERM; { { trap : HUP INT TERM\n',
    ...subshell(step, index, marks, true),
    `\n${end(index, marks, `${marks.stop}\\n`.repeat(2))}\n`,
    `} 2>&1 >&3 3>&- | { ${sed} >&2 3>&-; } ; } ; } 3>&1 | { ${sed}; } ; } 4>&1 5>&2\n`,
  ]
}

/** The relay holds output back, so that a step's begin goes around it, by descriptors 4 and 5. */
function subshell(step: Step, index: number, { nonce }: RequestMarks, relayed: boolean): (string | Buffer)[] {
  const stdin = bytesOf(step.stdin)
  const environment = (step.environment ?? []).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new RangeError(`${JSON.stringify(name)} cannot name an environment variable in a shell`)
    }
    return `export ${name}=${quote(value instanceof Secret ? value.revealText() : value)}\n`
  })
  // /proc/self is the subshell itself here, which $$ is not: a timeout ends this process and not the resident shell.
  const begin = `printf '${nonce} b ${index} %s %s\\n' "$muster_pid" "$$"`
  const script = [
    '( { read -r muster_pid muster_rest </proc/self/stat; } 2>/dev/null\n',
    relayed ? `${begin} >&4; ${begin} >&5; exec 4>&- 5>&-` : `${begin}; ${begin} >&2`,
    '; unset muster_pid muster_rest\n',
    ...environment,
    `eval ${quote(textOf(step))}\n)`,
  ]
  return stdin.length === 0
    ? [...script, ' </dev/null']
    : ["printf '", printfFormat(stdin), "' 2>/dev/null | ", ...script]
}

function end(index: number, { nonce }: RequestMarks, tail: string): string {
  const printf = `printf '\\n${nonce} e ${index} %s\\n${tail}' "$1"`
  return `set -- $?; ${printf}; ${printf} >&2`
}

function textOf({ script }: Step): string {
  if (script instanceof ShellText) return script.reveal()
  throw new RangeError('a script for PowerShell cannot be run by a POSIX shell')
}

function bytesOf(stdin: Step['stdin']): Buffer {
  if (stdin === undefined) return Buffer.alloc(0)
  if (Buffer.isBuffer(stdin)) return stdin
  return Buffer.from(stdin instanceof Secret ? stdin.revealText() : stdin)
}

const ESCAPES = new Map<number, Buffer>([
  [0x00, Buffer.from('\\000')],
  [0x25, Buffer.from('%%')],
  [0x27, Buffer.from("'\\''")],
  [0x5c, Buffer.from('\\\\')],
])

/** Any bytes as the inside of a single-quoted format of the builtin `printf`, which can hold NUL where a word cannot. */
function printfFormat(bytes: Buffer): Buffer {
  const text = isUtf8(bytes)
  const parts: Buffer[] = []
  let from = 0
  bytes.forEach((byte, at) => {
    // Shells may refuse bytes that are no text in their locale, and take a leading `-` for an option.
    const octal = (!text && byte >= 0x80) || (at === 0 && byte === 0x2d)
    const written =
      ESCAPES.get(byte) ?? (octal ? Buffer.from(`\\${byte.toString(8).padStart(3, '0')}`) : undefined)
    if (written === undefined) return
    parts.push(bytes.subarray(from, at), written)
    from = at + 1
  })
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}
