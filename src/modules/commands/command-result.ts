import { TaskFailure } from '../../values/task-failure.ts'
import { withoutEnd } from '../../values/text/without-end.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import type { ModuleContext, Outcome } from '../module.ts'
import type { CommandState, CommandWish } from './command-state.ts'

/** How a command's result is made. */
export interface ResultOptions {
  /** The `cmd` key: the text, or the list of words. */
  readonly cmd: Value
  readonly stripEmptyEnds: boolean
}

/** The result when the command need not run; null when it must. @throws TaskFailure for a missing `chdir` */
export function notNeeded(wish: CommandWish, state: CommandState, cmd: Value): Outcome | null {
  if (state.chdirFails)
    throw new TaskFailure('Unable to change directory before execution.', {
      result: { ...withLines('', ''), rc: null, cmd },
      hint: `there is no directory ${wish.chdir} that this user may enter`,
    })
  const reason =
    state.creates === true
      ? `'${wish.creates}' exists`
      : state.removes === false
        ? `'${wish.removes}' does not exist`
        : null
  if (reason === null) return null
  return {
    msg: `Did not run command since ${reason}`,
    result: { ...withLines(`skipped, since ${reason.replaceAll("'", '')}`, ''), rc: 0, cmd, ...times(0) },
  }
}

/** In check mode only `creates` and `removes` tell whether a command would run. */
export function unknowable(wish: CommandWish, context: ModuleContext): boolean {
  return context.check && wish.creates === undefined && wish.removes === undefined
}

/** The result of a command that ran. A status other than 0 fails the task, and it has changed something all the same. */
export function commandOutcome(output: Output, options: ResultOptions): Outcome {
  const text = (bytes: Buffer) => {
    const all = bytes.toString('utf8')
    return options.stripEmptyEnds ? withoutEnd(all, '\r\n') : all
  }
  const result = {
    cmd: options.cmd,
    rc: output.rc,
    ...withLines(text(output.stdout), text(output.stderr)),
    ...times(output.seconds),
    ...(output.truncated ? { truncated: true } : {}),
  }
  if (output.timedOut)
    return { failed: true, changed: true, msg: 'the command was stopped: it timed out', result }
  if (output.rc !== 0) return { failed: true, changed: true, msg: 'non-zero return code', result }
  return { changed: true, msg: '', result }
}

/** Check mode does not run commands; the keys are those that tasks after it may ask for. */
export function notRun(): Outcome {
  return {
    skipped: true,
    msg: 'Command would have run if not in check mode',
    result: { rc: 0, ...withLines('', '') },
  }
}

function withLines(stdout: string, stderr: string) {
  return { stdout, stderr, stdout_lines: splitLines(stdout), stderr_lines: splitLines(stderr) }
}

/** Lines as Python's `splitlines` finds them in text without a last empty line. */
function splitLines(text: string): string[] {
  if (text === '') return []
  const found = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
  if (found.at(-1) === '') found.pop()
  return found
}

/** `start`, `end` and `delta`, as the controller's clock has them: a host's clock may be wrong. */
function times(seconds: number): { start: string; end: string; delta: string } {
  const end = Date.now()
  return { start: stamp(end - seconds * 1000), end: stamp(end), delta: delta(seconds) }
}

function stamp(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().replace('T', ' ').slice(0, -1)}000`
}

function delta(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (number: number) => String(number).padStart(2, '0')
  const fraction = String(Math.round((seconds - whole) * 1e6)).padStart(6, '0')
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${fraction}`
}
