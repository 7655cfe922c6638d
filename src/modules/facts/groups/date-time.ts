import { sh } from '../../../shell/sh.ts'
import { dict } from '../../../values/value.ts'
import { count, type FactGroup, type Facts, factScript } from '../group.ts'

/** Half a year: on the other side of a change to summer time. */
const HALF_A_YEAR = 15_778_800

/** The host's clock when the facts were gathered. */
export const dateTime: FactGroup = {
  name: 'date_time',
  facts: ['date_time'],
  subsets: ['min', 'date_time'],
  script: () =>
    factScript(sh`m_n=$(LC_ALL=C date '+%s %Y %m %A %w %W %d %H %M %S %Z %z %N'); printf 'now\0%s\0' "$m_n"
m_s=\${m_n%% *}; printf 'other\0%s\0' "$(LC_ALL=C date -d "@$((m_s - ${HALF_A_YEAR}))" '+%Z %z' 2>/dev/null)"`),
  read: (answers): Facts => {
    const words = (answers.text('now') ?? '').split(/\s+/)
    const [epoch = '', year = '', month = '', weekday = '', number = '', week = '', day = ''] = words
    const [hour = '', minute = '', second = '', tz = '', offset = '', fraction = ''] = words.slice(7)
    const seconds = count(epoch)
    if (seconds === undefined || offset === '') return new Map()
    const micro = /^\d{9}$/.test(fraction) ? fraction.slice(0, 6) : '000000'
    const utc = new Date(seconds * 1000).toISOString().slice(0, 19)
    const [otherZone = tz, otherOffset = offset] = (answers.text('other') ?? `${tz} ${offset}`).split(/\s+/)
    const basic = `${year}${month}${day}T${hour}${minute}${second}`
    return new Map([
      [
        'date_time',
        dict({
          ...{ year, month, weekday, weekday_number: number, weeknumber: week, day, hour, minute, second },
          ...{
            epoch,
            epoch_int: epoch,
            date: `${year}-${month}-${day}`,
            time: `${hour}:${minute}:${second}`,
          },
          iso8601_micro: `${utc}.${micro}Z`,
          iso8601: `${utc}Z`,
          iso8601_basic: `${basic}${micro}`,
          iso8601_basic_short: basic,
          tz,
          tz_dst: Number(otherOffset) > Number(offset) ? otherZone : tz,
          tz_offset: offset,
        }),
      ],
    ])
  },
}
