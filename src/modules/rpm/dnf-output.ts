import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'

/** Packages of a transaction, `name-version-release.arch` as dnf writes them. */
export interface Transaction {
  readonly installed: readonly string[]
  readonly removed: readonly string[]
  readonly downgraded: readonly string[]
}

type Side = keyof Transaction

/** Headings of a planned transaction (dnf, and yum of version 3), and of one that was done. */
const PLANNED: readonly (readonly [RegExp, Side])[] = [
  [/^(?:Installing|Upgrading|Updating|Reinstalling)\b.*:$/, 'installed'],
  [/^Downgrading:$/, 'downgraded'],
  [/^(?:Removing|Erasing)\b.*:$/, 'removed'],
]
const DONE: readonly (readonly [RegExp, Side])[] = [
  [/^(?:Dependency )?(?:Installed|Upgraded|Updated|Reinstalled)(?: Dependencies)?:$/, 'installed'],
  [/^Downgraded:$/, 'downgraded'],
  [/^(?:Dependency )?(?:Removed|Erased)(?: Dependencies)?:$/, 'removed'],
]

/** What dnf would do, of its output with `--assumeno`. Long names stand on a line of their own. */
export function plannedTransaction(stdout: string): Transaction {
  return sections(stdout, PLANNED, (lines) => {
    const rows: string[][] = []
    for (const line of lines) {
      const words = line.trim().split(/\s+/)
      const last = rows.at(-1)
      if (last?.length === 1) last.push(...words)
      else rows.push(words)
    }
    // Name, architecture, version, repository, size.
    return rows.flatMap(([name, arch, evr]) =>
      arch === undefined || evr === undefined ? [] : [`${name}-${evr}.${arch}`],
    )
  })
}

/** What dnf did, of its output; what went to make room for another version is removed, too. */
export function doneTransaction(stdout: string): Transaction {
  const { installed, removed, downgraded } = doneSections(stdout)
  const replaced = [...stdout.matchAll(/^ +Cleanup +: (\S+) /gm)].map((match) => match[1] as string)
  return {
    installed: [...installed].sort(),
    removed: [...new Set([...removed, ...replaced])].sort(),
    downgraded,
  }
}

function doneSections(stdout: string): Transaction {
  return sections(stdout, DONE, (lines) => {
    const words = lines.flatMap((line) => line.trim().split(/\s+/))
    const names: string[] = []
    for (const word of words) {
      const before = names.at(-1)
      // yum of version 3: `name.arch 0:1.0-1`.
      if (before !== undefined && /^\d+:/.test(word)) names[names.length - 1] = joined(before, word)
      else names.push(word)
    }
    return names
  })
}

function joined(name: string, evr: string): string {
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot)}-${evr.replace(/^0:/, '')}${name.slice(dot)}`
}

function sections(
  stdout: string,
  headings: readonly (readonly [RegExp, Side])[],
  read: (lines: readonly string[]) => string[],
): Transaction {
  const found: Record<Side, string[]> = { installed: [], removed: [], downgraded: [] }
  let side: Side | undefined
  let lines: string[] = []
  const close = () => {
    if (side !== undefined) found[side].push(...read(lines))
    lines = []
  }
  for (const line of stdout.split('\n')) {
    if (/^\s+\S/.test(line)) {
      if (side !== undefined) lines.push(line)
      continue
    }
    close()
    side = headings.find(([pattern]) => pattern.test(line))?.[1]
  }
  close()
  return found
}

/** Ansible's lines for them. */
export function transactionResults({ installed, removed, downgraded }: Transaction): Value[] {
  return [
    ...[...installed, ...downgraded].map((name) => `Installed: ${name}`),
    ...removed.map((name) => `Removed: ${name}`),
  ]
}

/** dnf's exit status when another one is at work. */
export const LOCKED = 200

/** A dnf that failed, in Ansible's words where it has some. */
export function dnfFailure(output: Output, what: string): TaskFailure {
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
    displayText(bytes.toString('utf8'), 64 * 1024),
  )
  const said = `${stdout}\n${stderr}`
  const result = { rc: output.rc === 0 ? 1 : output.rc, results: [], changed: false }
  const fail = (msg: string, hint?: string, more: Record<string, Value> = {}) =>
    new TaskFailure(msg, { result: { ...result, ...more }, ...(hint === undefined ? {} : { hint }) })
  const unknown = [...said.matchAll(/^(?:No match for argument: (\S+)|No package (\S+) available\.)/gm)].map(
    ([, name, other]) => `No package ${name ?? other} available.`,
  )
  if (said.includes('\0nodnf\0') || /^nodnf$/m.test(said))
    return fail('the host has neither dnf nor yum', 'this module is for hosts of the Red Hat family')
  if (output.rc === LOCKED)
    return fail(
      'another package manager holds the lock of dnf',
      'wait until it is done, or raise lock_timeout',
    )
  if (/superuser privileges|need to be root/i.test(said))
    return fail('This command has to be run under the root user.')
  if (unknown.length > 0)
    return fail(
      'Failed to install some of the specified packages',
      `${unknown.join(' ')} Is the name right, and is a repository with it on the host?`,
      { failures: unknown },
    )
  const errors = lastErrors(stderr as string)
  if (/^ Problem/m.test(said))
    return fail(`Depsolve Error occurred: \n ${errors}`, undefined, { failures: [] })
  const file = /^Could not open: (.*)$/m.exec(said)?.[0]
  if (file !== undefined) return fail(`Error occurred attempting remote rpm operation: ${file}`)
  if (/GPG check FAILED|Public key for .* is not installed|repository is GPG signed/i.test(said))
    return fail(
      `Failed to validate GPG signature: ${errors}`,
      'import the key first (module rpm_key), or name it in gpgkey of the repository',
    )
  if (
    /Failed to download metadata|Cannot (?:find a valid baseurl|retrieve repository metadata)|Cannot download repomd/i.test(
      said,
    )
  )
    return fail(`Failed to synchronize repodata: ${errors}`)
  return fail(`${what} failed: ${errors || (output.timedOut ? 'timed out' : `exit status ${output.rc}`)}`)
}

/** What comes behind the last `Error:`, else the last lines. */
function lastErrors(stderr: string): string {
  const text = stderr.trim()
  const at = text.lastIndexOf('Error: ')
  return (at === -1 ? text.split('\n').slice(-3).join('\n') : text.slice(at + 'Error: '.length)).trim()
}
