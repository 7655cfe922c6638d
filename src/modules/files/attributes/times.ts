import { TaskFailure } from '../../../values/task-failure.ts'

const PARTS: Readonly<Record<string, { readonly pattern: string; readonly part: string }>> = {
  Y: { pattern: '(\\d{4})', part: 'year' },
  m: { pattern: '(\\d{1,2})', part: 'month' },
  d: { pattern: '(\\d{1,2})', part: 'day' },
  H: { pattern: '(\\d{1,2})', part: 'hour' },
  M: { pattern: '(\\d{1,2})', part: 'minute' },
  S: { pattern: '(\\d{1,2})', part: 'second' },
}

/**
 * A time in the host's zone, written in a `strptime` format of %Y %m %d %H %M %S: as `touch -t` takes it, and as
 * `stat` shows it (`2026-01-02 03:04:05`). @throws TaskFailure
 */
export function parseTime(text: string, format: string): { stamp: string; shown: string } {
  const names: string[] = []
  const pattern = format.replace(/%(.)|[^%]/gs, (piece, letter: string | undefined) => {
    if (letter === undefined) return piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    if (letter === '%') return '%'
    const known = PARTS[letter]
    if (known === undefined)
      throw new TaskFailure(`the time format '${format}' has %${letter}, which muster does not read`, {
        hint: 'use %Y %m %d %H %M %S',
      })
    names.push(known.part)
    return known.pattern
  })
  const match = new RegExp(`^${pattern}$`).exec(text)
  if (match === null)
    throw new TaskFailure(
      `Error while obtaining timestamp for time ${text} using format ${format}: it does not match`,
    )
  const part = (name: string, otherwise: string) => {
    const at = names.indexOf(name)
    return (at === -1 ? otherwise : match[at + 1]!).padStart(2, '0')
  }
  const date = [part('year', '1900'), part('month', '1'), part('day', '1')]
  const time = [part('hour', '0'), part('minute', '0'), part('second', '0')]
  return {
    stamp: `${date.join('')}${time[0]}${time[1]}.${time[2]}`,
    shown: `${date.join('-')} ${time.join(':')}`,
  }
}
