/*
 * Debian's order of versions (Debian Policy 5.6.12), by hand: the one npm package for it has few users and no types,
 * and asking `dpkg --compare-versions` costs a process for each comparison on each host.
 */

/** Negative when `a` is older than `b`, positive when newer, 0 when dpkg takes them for the same. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a)
  const right = parts(b)
  return (
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  )
}

function parts(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon === -1 ? '' : version.slice(0, colon),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  }
}

/** Stretches of other characters and of digits by turns. */
function comparePart(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const order = weight(a[i]) - weight(b[j])
      if (order !== 0) return order
      i += 1
      j += 1
    }
    const [from, start] = [i, j]
    while (isDigit(a[i])) i += 1
    while (isDigit(b[j])) j += 1
    const order = compareDigits(a.slice(from, i), b.slice(start, j))
    if (order !== 0) return order
  }
  return 0
}

/** A tilde sorts before the end, the end before letters, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined || isDigit(character)) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '')
  const right = b.replace(/^0+/, '')
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)
}
