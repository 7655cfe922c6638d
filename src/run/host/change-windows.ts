import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { HostState, RunState } from '../run-state.ts'
import { type PlayVariables, settingPlace, settingReader } from '../scope/variables.ts'

/** The variable of hosts and groups that says when they may be changed: a text or a list of them. */
export const CHANGE_WINDOWS = 'muster_change_windows'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** A time in which a host may be changed, by the clock of a time zone. */
export interface ChangeWindow {
  readonly written: string
  /** On which days it opens: 0 is Monday. */
  readonly days: ReadonlySet<number>
  /** Minutes of the day; `to` before or at `from`: it closes on the day after. */
  readonly from: number
  readonly to: number
  /** IANA name, or UTC. */
  readonly zone: string
}

// By hand: the formats of windows on npm (cron with a duration, opening hours) say either more or less than this.
const WINDOW =
  /^\s*(?:([A-Za-z,\s-]+?)\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)(?:\s+([A-Za-z0-9_+/-]+))?\s*$/

/**
 * `Mon-Fri 22:00-04:00 Europe/Berlin`: days (all unless given), a time from, a time to, a time zone (UTC unless given).
 * @throws RangeError for anything else
 */
export function readChangeWindow(written: string): ChangeWindow {
  const match = written.length > 200 ? null : WINDOW.exec(written)
  if (match === null) throw new RangeError(unfit(written))
  const [, days, fromHour, fromMinute, toHour, toMinute, zone = 'UTC'] = match
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  if (from >= 1440 || to > 1440 || Number(fromMinute) > 59 || Number(toMinute) > 59)
    throw new RangeError(unfit(written))
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new RangeError(`there is no time zone '${zone}'`)
  }
  return { written: written.trim(), days: readDays(days, written), from, to, zone }
}

function unfit(written: string): string {
  return `'${written}' is no window of time like "Mon-Fri 22:00-04:00 Europe/Berlin"`
}

function readDays(words: string | undefined, written: string): ReadonlySet<number> {
  if (words === undefined) return new Set(DAYS.keys())
  const day = (name: string | undefined) => {
    const found = DAYS.findIndex((known) => known.toLowerCase() === name?.trim().toLowerCase())
    if (found === -1) throw new RangeError(unfit(written))
    return found
  }
  const found = new Set<number>()
  for (const part of words.split(',')) {
    const [first, last, ...more] = part.split('-')
    if (more.length > 0) throw new RangeError(unfit(written))
    const end = last === undefined ? day(first) : day(last)
    for (let number = day(first); ; number = (number + 1) % 7) {
      found.add(number)
      if (number === end) break
    }
  }
  return found
}

/** Whether a window is open at a time. What closes on the day after belongs to the day on which it opened. */
export function isOpen({ days, from, to, zone }: ChangeWindow, now: Date): boolean {
  const { day, minute } = clockIn(zone, now)
  if (from < to) return days.has(day) && minute >= from && minute < to
  return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
}

function clockIn(zone: string, now: Date): { readonly day: number; readonly minute: number } {
  const format = {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', format).formatToParts(now).map(({ type, value }) => [type, value]),
  )
  return {
    day: DAYS.indexOf(parts.get('weekday') as (typeof DAYS)[number]),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}

/**
 * Why a host may not be changed now; undefined where it may, or has no windows.
 * @throws InputError for windows that cannot be read
 */
export function outsideWindows(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  now: Date,
): string | undefined {
  const windows = changeWindows(run, host, play)
  if (windows.length === 0 || windows.some((window) => isOpen(window, now))) return undefined
  const { zone } = windows[0]!
  const { day, minute } = clockIn(zone, now)
  const two = (number: number) => String(number).padStart(2, '0')
  const there = `${DAYS[day]} ${two(Math.floor(minute / 60))}:${two(minute % 60)} ${zone}`
  return `outside its change windows (${windows.map(({ written }) => written).join('; ')}); it is ${there}`
}

/** A host's change windows; none: it may be changed at any time. @throws InputError */
export function changeWindows(run: RunState, host: HostState, play: PlayVariables): ChangeWindow[] {
  const value = settingReader(run, host, play)(CHANGE_WINDOWS)
  if (value === undefined || value === null) return []
  const position = settingPlace(run, host, play)(CHANGE_WINDOWS)
  const texts: readonly Value[] = Array.isArray(value) ? value : [value]
  return texts.map((text) => {
    try {
      if (typeof text !== 'string')
        throw new RangeError('a window of time is a text like "Mon-Fri 22:00-04:00 Europe/Berlin"')
      return readChangeWindow(text)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new InputError([
        { message: `${CHANGE_WINDOWS} of host ${host.name}: ${error.message}`, position },
      ])
    }
  })
}
