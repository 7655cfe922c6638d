import { posix } from 'node:path'
import { type Field, field, splitFields } from '../../probes/fields.ts'
import { type PathFacts, printStat, readPrinted } from '../../probes/stat.ts'
import { failedStep } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { endOf, saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'

/**
 * Last words of a changing script: that all went well, what `more` prints as fields, and the state of a path. The mark
 * begins with two NULs, which the state of one path never holds before a name.
 */
export function printDone(path: string, more: ShellText = sh`:`): ShellText {
  return lines([
    sh`printf '\0\0done\0'; ${more}; printf 'rest\0'; cd -- "\${m_start:-.}" 2>/dev/null`,
    printStat(path),
  ])
}

const DONE = [Buffer.from('\0\0done\0'), Buffer.from('\0done\0')]

/** The state of the path behind {@link printDone}. @throws TaskFailure as {@link readDone} */
export function readChanged(output: Output, path: string): PathFacts {
  return readState(readDone(output, path), path)
}

/** The same of fields that were read already. @throws TaskFailure */
export function readState(fields: readonly Field[], path: string): PathFacts {
  const state = field(fields, 'rest')
  if (state === undefined)
    throw new TaskFailure(`the host's answer cannot be read (it says nothing of ${path})`)
  return readPrinted(state, path)
}

/**
 * The fields behind `done`, which a changing script prints when all went well.
 * @throws TaskFailure of the step behind `fail`, in Ansible's words where it has some
 */
export function readDone(output: Output, path: string): Field[] {
  const mark = DONE.find((one) => output.stdout.lastIndexOf(one) !== -1)
  if (output.rc === 0 && mark !== undefined)
    return splitFields(
      output.stdout.subarray(output.stdout.lastIndexOf(mark) + mark.length),
      `change ${path}`,
    )
  const failed = failedStep(output.stdout)
  if (failed?.step !== 'validate') throw stepFailure(failed?.step ?? 'script', output, path)
  throw new TaskFailure('failed to validate', {
    result: {
      changed: false,
      exit_status: Number(failed.words.toString('latin1')),
      stdout: failed.before.toString('utf8'),
      stderr: displayText(output.stderr),
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
  const said = saidOn(output)
  const full = diskFull(said)
  if (full !== undefined)
    return new TaskFailure(`Could not write ${path}: the disk is full (${full})`, {
      hint: `make room on the file system of ${parent} on this host; what was there is as it was`,
    })
  if (/Read-only file system/.test(said))
    return new TaskFailure(`Could not write ${path}: its file system is mounted read-only`)
  const why = said || endOf(output)
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
  moved: (path, parent) => ({
    message: `Could not change ${path}: what lies there, or ${parent} itself, was replaced while muster worked on it`,
    hint: 'nothing was changed in its place; whoever may write to that directory did this, and it may be an attack',
  }),
  held: (path, _, why) => ({
    message: `Could not change ${path}: others may write to its directory, and its file system has no hard links to hold it by: ${why}`,
    hint: 'become the owner of the directory, or make it writable for root alone',
  }),
  gnu: (path) => ({
    message: `Could not remove ${path}: others may write to it, and the rm of this host can be led out of it by links`,
    hint: 'install coreutils on the host, or become the owner of the directory',
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
  source: (path, _, why) => ({
    message: `Could not write ${path}: its source was replaced or cannot be read: ${why}`,
    hint: 'what was there is as it was; whoever may write to the source did this, and it may be an attack',
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
