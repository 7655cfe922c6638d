import { NOT_INSTALLED, type Package, readPackages } from '../../probes/package.ts'
import { failedStep } from '../../shell/failed-step.ts'
import { endOf, saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'

/** stdout and stderr as Ansible's keys. */
export function packageResult(output: Output): Record<string, Value> {
  const stdout = displayText(withoutMarks(output.stdout))
  const stderr = displayText(output.stderr)
  const lines = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
  return { stdout, stderr, stdout_lines: lines(stdout), stderr_lines: lines(stderr) }
}

function withoutMarks(stdout: Buffer): Buffer {
  const at = stdout.indexOf(0)
  return at === -1 ? stdout : stdout.subarray(0, at)
}

/**
 * What went wrong with packages, in a sentence, with the tool's own line that says why.
 * @param before the packages as they were, for scripts that tell only how they are now
 */
export function packageFailure(
  output: Output,
  what: string,
  before: ReadonlyMap<string, Package> = new Map(),
): TaskFailure {
  const failed = failedStep(output.stdout)
  const now = failed?.after.toString('latin1') ?? ''
  const untouched = now.startsWith('untouched\0') || isAsBefore(now, before)
  const result = { ...packageResult(output), rc: output.rc, ...(untouched ? { changed: false } : {}) }
  const { message, hint } = words(failed?.step ?? '', saidOn(output), what, output)
  return new TaskFailure(message, { result, ...(hint === undefined ? {} : { hint }) })
}

function isAsBefore(told: string, before: ReadonlyMap<string, Package>): boolean {
  if (!told.startsWith('now\0') || before.size === 0) return false
  const now = readPackages(told.slice('now\0'.length))
  return [...before].every(([name, { status, version }]) => {
    const found = now.get(name) ?? NOT_INSTALLED
    return found.status === status && found.version === version
  })
}

/** apt's refusal of an installation that it was only asked about; its words are in `output.stdout`. */
export function aptRefusal(output: Output, what: string): TaskFailure {
  const details = displayText(output.stdout).trim()
  const { message, hint } = words('depends', details, what, output)
  return new TaskFailure(message, {
    result: { details, rc: output.rc, changed: false },
    ...(hint === undefined ? {} : { hint }),
  })
}

/** @param name as the task names it */
export function unknownPackage(name: string): TaskFailure {
  return new TaskFailure(`No package matching '${name}' is available`, {
    hint: 'is the name right, and is a repository with it on the host? update_cache: yes reads the lists anew',
  })
}

function words(
  step: string,
  said: string,
  what: string,
  output: Output,
): { message: string; hint?: string | undefined } {
  const unknown =
    /^E: (?:Unable to locate package (\S+)|Package '([^'\s]+)' has no installation candidate)$/m.exec(said)
  if (step === 'apt' && unknown !== null) return unknownPackage(unknown[1] ?? (unknown[2] as string))
  const unmet = unmetDependency(said)
  if (step === 'depends' && unmet !== undefined)
    return {
      message: `Dependency is not satisfiable: ${unmet}`,
      hint: 'no repository of the host has it: add one, update the lists (update_cache), or install its .deb first',
    }
  if (step === 'checksum')
    return {
      message: `${what}: what arrived differs from what was sent`,
      hint: 'nothing was installed; run it again, and look at the disk of the host when it happens again',
    }
  if (step === 'lock')
    return {
      message: `another package manager holds dpkg's lock: ${lastErrors(said)}`,
      hint: 'wait until it is done (unattended-upgrades?), or raise lock_timeout',
    }
  if (/No space left on device/.test(said))
    return { message: `${what}: the disk is full (No space left on device)`, hint: 'make room on the host' }
  const why = said === '' ? endOf(output) : lastErrors(said)
  if (/script subprocess returned error|Sub-process .*dpkg returned an error/.test(said))
    return {
      message: `${what} failed: ${why}`,
      hint: 'a script of the package failed; its output is in stderr',
    }
  if (/^E: Packages were downgraded/m.test(said))
    return { message: `${what} failed: ${why}`, hint: 'allow_downgrade: yes goes back to an older version' }
  if (/^E: Held packages were changed/m.test(said))
    return { message: `${what} failed: ${why}`, hint: 'apt-mark unhold on the host lets it go on' }
  return { message: `${what} failed: ${why}` }
}

/** The name in apt's words ` casepkg : Depends: casedep but it is not installable`. */
function unmetDependency(said: string): string | undefined {
  return /\b(?:Pre)?Depends: ([^\s(]{1,300}(?: \([^)\n]{0,200}\))?)/.exec(said)?.[1]
}

/** Lines that say what is wrong; the last ones when none does. */
function lastErrors(said: string): string {
  const all = said.split('\n').map((line) => line.trim())
  const errors = all.filter((line) =>
    /^(?:E:|dpkg: error|dpkg-deb: error|.*subprocess returned error)/.test(line),
  )
  return (errors.length > 0 ? errors : all.slice(-3)).join('\n')
}
