import { posix } from 'node:path'
import { type Field, splitFields } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { displayText } from '../../values/visible.ts'
import { pathFunctions } from './observe-path.ts'

/** Head of a changing script: `m_path`, and `m_fail STEP`, which names the step that failed and ends the script. */
export const runPrelude: ShellText = lines([
  pathFunctions,
  sh`m_fail() { printf '\0fail\0%s\0' "$1"; exit 1; }`,
])

const DONE = Buffer.from('\0done\0')
const FAIL = Buffer.from('\0fail\0')

/**
 * The fields behind `done`, which a changing script prints when all went well.
 * @throws TaskFailure of the step behind `fail`, in Ansible's words where it has some
 */
export function readDone(output: Output, path: string): Field[] {
  const done = output.stdout.lastIndexOf(DONE)
  if (output.rc === 0 && done !== -1)
    return splitFields(output.stdout.subarray(done + DONE.length), `change ${path}`)
  const fail = output.stdout.lastIndexOf(FAIL)
  if (fail === -1) throw stepFailure('script', output, path)
  const words = output.stdout
    .subarray(fail + FAIL.length)
    .toString('latin1')
    .split('\0')
  if (words[0] !== 'validate') throw stepFailure(words[0]!, output, path)
  throw new TaskFailure('failed to validate', {
    result: {
      changed: false,
      exit_status: Number(words[2]),
      stdout: output.stdout.subarray(0, fail).toString('utf8'),
      stderr: output.stderr.toString('utf8'),
    },
    hint: 'the file on the host is as it was',
  })
}

/** The words with which a tool says that the disk is full; undefined when it says something else. */
export function diskFull(said: string): string | undefined {
  return /No space left on device|Disk quota exceeded/.exec(said)?.[0]
}

/** What a failed step means, with the tool's own words. */
export function stepFailure(step: string, output: Output, path: string): TaskFailure {
  const parent = posix.dirname(path)
  const said = displayText(output.stderr.toString('utf8')).trim()
  const full = diskFull(said)
  if (full !== undefined)
    return new TaskFailure(`Could not write ${path}: the disk is full (${full})`, {
      hint: `make room on the file system of ${parent} on this host; what was there is as it was`,
    })
  if (/Read-only file system/.test(said))
    return new TaskFailure(`Could not write ${path}: its file system is mounted read-only`)
  const why =
    said !== ''
      ? said
      : output.timedOut
        ? 'timed out'
        : output.rc === null
          ? 'killed'
          : `exit status ${output.rc}`
  const words = STEPS[step]
  if (words === undefined) return new TaskFailure(`Could not change ${path}: ${why}`)
  const { message, hint } = words(path, parent, why)
  return new TaskFailure(message, hint === undefined ? {} : { hint })
}

type Words = (path: string, parent: string, why: string) => { message: string; hint?: string }

const STEPS: Readonly<Record<string, Words>> = {
  parent: (_, parent) => ({
    message: `Destination directory ${parent} does not exist`,
    hint: `make it first (file: path=${parent} state=directory), or end dest with a slash`,
  }),
  unwritable: (_, parent) => ({
    message: `Destination ${parent} not writable`,
    hint: 'become a user who may write there',
  }),
  directory: (path) => ({ message: `Could not write ${path}: it is a directory` }),
  checksum: () => ({
    message: 'Copied file does not match the expected checksum. Transfer failed.',
    hint: 'what arrived differs from what was sent; the old file is as it was',
  }),
  write: (path, _, why) => ({ message: `Could not write ${path}: ${why}` }),
  owner: (_, __, why) => ({ message: `chown failed: ${why}` }),
  mode: (_, __, why) => ({ message: `chmod failed: ${why}` }),
  mkdir: (path, _, why) => ({
    message: `There was an issue creating ${path} as requested: ${why}`,
    hint: 'become a user who may write there',
  }),
  backup: (path, _, why) => ({ message: `Could not make backup of ${path}: ${why}` }),
  rename: (path, _, why) => ({
    message: `Could not replace file ${path}: ${why}`,
    hint: 'a bind mount cannot be renamed over; unsafe_writes writes in place',
  }),
  touch: (_, __, why) => ({ message: 'Error, could not touch target.', hint: why }),
  remove: (_, __, why) => ({ message: `rmtree failed: ${why}` }),
  link: (path, _, why) => ({ message: `Error while linking ${path}: ${why}` }),
}
