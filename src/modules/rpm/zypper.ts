import type { RpmPackage } from '../../probes/rpm-package.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure, reasonOf } from '../../values/host-failure.ts'
import { madeFrom, mapText, revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import type { Text } from '../parameters.ts'
import { compareEvr, parseEvr } from './rpm-version.ts'

/** A package as a task names it for zypper. */
export interface ZypperSpec {
  readonly text: Text
  /** The package's name; null for an address or a file. */
  readonly name: string | null
  /** `>=1.2`, or empty. */
  readonly condition: string
  /** It shall go, among others that shall come: `-name`. */
  readonly removed: boolean
}

/** @throws TaskFailure for what names no package */
export function parseZypperSpec(text: Text, removing: boolean): ZypperSpec {
  const word = revealText(text).trim()
  if (word.includes('://') || word.endsWith('.rpm'))
    return { text: madeFrom(word, [text]), name: null, condition: '', removed: false }
  const [, prefix = '', name = '', condition = ''] =
    /^([-~+]?)([^<>=\s]+)((?:<=|>=|<|>|=)[0-9A-Za-z.:~^_+-]+)?$/.exec(word) ?? []
  if (name === '' || name.startsWith('-'))
    throw new TaskFailure(`'${mapText(text, displayText)}' names no package`)
  if (removing && prefix === '+')
    throw new TaskFailure("Can not combine '+' prefix with state=remove/absent.")
  return {
    text: madeFrom(name + condition, [text]),
    name,
    condition,
    removed: removing || prefix === '-' || prefix === '~',
  }
}

/** Whether nothing has to be done about it; only zypper knows of addresses, and of what is no package. */
export function isRight({ name, condition, removed }: ZypperSpec, found: RpmPackage | null): boolean {
  if (name === null || found === null) return false
  const there = found.installed.some((entry) => {
    const [, operator, version = ''] = /^(<=|>=|<|>|=)(.*)$/.exec(condition) ?? []
    if (operator === undefined) return true
    const order = compareEvr(entry, parseEvr(version))
    return order === 0 ? operator.includes('=') : operator.startsWith(order < 0 ? '<' : '>')
  })
  return there !== removed
}

/** Exit statuses of zypper that are no failure: a boot or a restart of zypper is due, a signature or a script was amiss. */
const FINE = [0, 102, 106, 107]
/** zypper itself was renewed, and wants to be called again. */
const AGAIN = 103

/** `m_zypper WORDS`: never asks, waits for another one, and is called again where it says so. */
export function zypperPrelude(options: readonly Text[], again: readonly number[]): ShellText {
  return sh`export LC_ALL=C LANG=C ZYPP_LOCK_TIMEOUT=60
command -v zypper >/dev/null 2>&1 || { echo 'the host has no zypper' >&2; exit 127; }
m_zypper() {
  zypper --non-interactive ${options} "$@" </dev/null; m_rc=$?
  for m_x in ${[AGAIN, ...again].map(String)}; do
    if [ "$m_rc" = "$m_x" ]; then zypper --non-interactive ${options} "$@" </dev/null; m_rc=$?; break; fi
  done
  return "$m_rc"
}`
}

/** @throws TaskFailure with zypper's words */
export function requireFine(output: Output, what: string): void {
  if (output.rc !== null && FINE.includes(output.rc)) return
  const said = [reasonOf(output), displayText(output.stdout).trim()].filter((one) => one !== '').join('\n')
  throw hostFailure(`Zypper run command failed: ${what}`, output, {
    result: { rc: output.rc, stdout: displayText(output.stdout) },
    ...(/not found/.test(said) ? { hint: 'look at the name, and at the repositories (zypper search)' } : {}),
  })
}

/** Whether zypper said that there is nothing to do. */
export function nothingToDo(output: Output): boolean {
  return /^Nothing to do\.$/m.test(output.stdout.toString('utf8'))
}
