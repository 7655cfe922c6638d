/** Epoch, version and release of a package; a release that is not named is null and like any. */
export interface Evr {
  readonly epoch: string
  readonly version: string
  readonly release: string | null
}

/** Reads `[epoch:]version[-release]`. */
export function parseEvr(text: string): Evr {
  const [, epoch = '0', version = '', release] = /^(?:(\d+):)?([^-]*)(?:-(.*))?$/s.exec(text) ?? []
  return { epoch, version, release: release ?? null }
}

/** Below 0 when the first is older, above when it is newer, as rpm compares them. */
export function compareEvr(left: Evr, right: Evr): number {
  const byEpoch = compareNumbers(left.epoch, right.epoch)
  if (byEpoch !== 0) return byEpoch
  const byVersion = compareVersions(left.version, right.version)
  if (byVersion !== 0 || left.release === null || right.release === null) return byVersion
  return compareVersions(left.release, right.release)
}

const SEGMENT = /\d+|[A-Za-z]+|[~^]/g

/** rpm's order of versions: numbers by value and above letters, `~` before the end, `^` behind it. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left.match(SEGMENT) ?? [], right.match(SEGMENT) ?? []]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [one, other] = [a[at], b[at]]
    const order = compareSegments(one, other)
    if (order !== 0) return order
  }
  return 0
}

function compareSegments(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === '~' || other === '~') return one === '~' ? -1 : 1
  // A caret is above nothing, and below everything else.
  if (one === '^' || other === '^') {
    if (one === undefined) return -1
    if (other === undefined) return 1
    return one === '^' ? -1 : 1
  }
  if (one === undefined || other === undefined) return one === undefined ? -1 : 1
  const [number, otherNumber] = [/^\d/.test(one), /^\d/.test(other)]
  if (number !== otherNumber) return number ? 1 : -1
  return number ? compareNumbers(one, other) : one < other ? -1 : 1
}

function compareNumbers(one: string, other: string): number {
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  if (a.length !== b.length) return a.length < b.length ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}
