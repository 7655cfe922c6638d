import { dict, type Value } from '../../values/value.ts'

/** `unchecked`: what would tell it is not on the host; it may be well or not. */
export type FindingStatus = 'ok' | 'warning' | 'failed' | 'unchecked'

/** What came of one look. */
export interface Finding {
  /** What was looked at: `ssm`, `clock`, `disk`. */
  readonly check: string
  readonly status: FindingStatus
  /** What was found, or why it was not looked at. */
  readonly found: string
  /** What to do; undefined where nothing has to be done. */
  readonly next?: string | undefined
}

/** What is as it should be. */
export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found }
}

/** What works and will make trouble. @param next what to do */
export function warning(check: string, found: string, next: string): Finding {
  return { check, status: 'warning', found, next }
}

/** What keeps the host from being managed. @param next what to do */
export function failed(check: string, found: string, next: string): Finding {
  return { check, status: 'failed', found, next }
}

/** What could not be looked at. @param why the reason */
export function unchecked(check: string, why: string, next?: string): Finding {
  return { check, status: 'unchecked', found: `not checked: ${why}`, next }
}

/** Findings as a module's result has them. */
export function findingsValue(findings: readonly Finding[]): Value {
  return findings.map(({ check, status, found, next }) => dict({ check, status, found, next: next ?? null }))
}
