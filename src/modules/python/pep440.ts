/*
 * Versions of Python packages (PEP 440), to tell whether what is installed is what a task wants without asking pip.
 * Written here because the one library for it drags in a parser of its own, and this is all that is needed of it.
 */

const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9._-]+))?$/

/** A version in parts that compare one by one, as numbers; the release without zeros at its end. */
interface Version {
  readonly epoch: number
  readonly release: readonly number[]
  /** Below or above all that have one, where there is none. */
  readonly pre: readonly [number, number]
  readonly post: number
  readonly dev: number
  readonly local: string
}

const LETTERS: Readonly<Record<string, number>> = {
  alpha: 0,
  a: 0,
  beta: 1,
  b: 1,
  c: 2,
  rc: 2,
  pre: 2,
  preview: 2,
}

function parse(text: string): Version | null {
  const match = VERSION.exec(text.trim().toLowerCase())
  if (match === null) return null
  const [
    ,
    epoch = '0',
    numbers = '',
    letter,
    preNumber = '',
    dash,
    post,
    postNumber = '',
    dev,
    devNumber = '',
    local = '',
  ] = match
  const hasPost = dash !== undefined || post !== undefined
  const release = numbers.split('.').map(Number)
  while (release.length > 1 && release.at(-1) === 0) release.pop()
  return {
    epoch: Number(epoch),
    release,
    pre:
      letter !== undefined
        ? [LETTERS[letter] as number, Number(preNumber)]
        : [dev !== undefined && !hasPost ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, 0],
    post: hasPost ? Number(dash ?? postNumber) : Number.NEGATIVE_INFINITY,
    dev: dev === undefined ? Number.POSITIVE_INFINITY : Number(devNumber),
    local,
  }
}

function compareNumbers(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const [left, right] = [one[at] ?? 0, other[at] ?? 0]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

function compare(one: Version, other: Version): number {
  const parts = ({ epoch, pre, post, dev }: Version) => [epoch, ...pre, post, dev]
  return (
    compareNumbers([one.epoch], [other.epoch]) ||
    compareNumbers(one.release, other.release) ||
    compareNumbers(parts(one), parts(other))
  )
}

/** Whether a version fits all of the conditions (`>=1.2, !=1.3.*`); undefined where one of them cannot be read. */
export function fits(version: string, conditions: string): boolean | undefined {
  const found = parse(version)
  let all = true
  for (const condition of conditions.split(',')) {
    const [, operator, text = ''] = /^\s*(===|==|!=|~=|<=|>=|<|>)\s*(\S+)\s*$/.exec(condition) ?? []
    if (operator === undefined) return undefined
    const one =
      operator === '===' ? version === text : found === null ? undefined : fitsOne(found, operator, text)
    if (one === undefined) return undefined
    all &&= one
  }
  return all
}

function fitsOne(found: Version, operator: string, text: string): boolean | undefined {
  if (text.endsWith('.*')) {
    const wanted = parse(text.slice(0, -2))
    if (wanted === null || (operator !== '==' && operator !== '!=')) return undefined
    return isBelow(found, wanted, text.slice(0, -2)) === (operator === '==')
  }
  const wanted = parse(text)
  if (wanted === null) return undefined
  const order = compare(found, wanted)
  const same = order === 0 && (wanted.local === '' || wanted.local === found.local)
  switch (operator) {
    case '==':
      return same
    case '!=':
      return !same
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '<':
      // What comes before a version is none of that one's own candidates.
      return (
        order < 0 &&
        !(
          wanted.pre[0] === Number.POSITIVE_INFINITY &&
          sameRelease(found, wanted) &&
          found.post === Number.NEGATIVE_INFINITY
        )
      )
    case '>':
      return (
        order > 0 &&
        !(
          wanted.post === Number.NEGATIVE_INFINITY &&
          sameRelease(found, wanted) &&
          found.post !== Number.NEGATIVE_INFINITY
        )
      )
    default: {
      const series = text.split('.').slice(0, -1).join('.')
      const base = parse(series)
      return base === null ? undefined : order >= 0 && isBelow(found, base, series)
    }
  }
}

function sameRelease(one: Version, other: Version): boolean {
  return one.epoch === other.epoch && compareNumbers(one.release, other.release) === 0
}

/** Whether a version begins with the numbers of a series, zeros at its end counting. */
function isBelow(found: Version, series: Version, written: string): boolean {
  const length = (/^(?:v?\d+!)?v?(\d+(?:\.\d+)*)/.exec(written)?.[1] ?? '').split('.').length
  const numbers = (version: Version) => Array.from({ length }, (_, at) => version.release[at] ?? 0)
  return found.epoch === series.epoch && compareNumbers(numbers(found), numbers(series)) === 0
}
