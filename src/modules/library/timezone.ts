import { command } from '../../probes/command.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { type Text as FileText, text } from '../../probes/text.ts'
import { lines, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { joinTexts, mapText, revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { dict } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

const ZONES = '/usr/share/zoneinfo'
/** Of files that hold a line or three. */
const LIMIT = 4096
/** What is said where the host has something that names no zone. */
const UNKNOWN = 'n/a'

export default defineModule({
  name: 'timezone',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: "Sets the host's time zone, and what its hardware clock tells.",
    notes: [
      'timedatectl does it; where there is none, or no systemd runs, the link /etc/localtime, /etc/timezone (where the host has one) and hwclock.',
      'Services that run know of it when they are restarted.',
    ],
    examples: `
- name: all hosts write the same times
  timezone: { name: Etc/UTC, hwclock: UTC }
`,
    returns: { changed: 'whether the host had another zone, or clock' },
  },
  spec: {
    parameters: {
      name: { type: 'str', doc: 'The zone: Europe/Berlin.' },
      hwclock: {
        type: 'str',
        choices: ['local', 'UTC'],
        aliases: ['rtc'],
        doc: 'What the hardware clock tells.',
      },
    },
    requiredOneOf: [['hwclock', 'name']],
  },

  observe: (params) => ({
    localtime: stat('/etc/localtime'),
    written: text('/etc/timezone', LIMIT),
    adjtime: text('/etc/adjtime', LIMIT),
    timedatectl: command('timedatectl'),
    zone:
      params.name === undefined
        ? undefined
        : stat({ directory: ZONES, name: revealText(zoneOf(params.name)) }),
  }),

  async *converge(params, { localtime, written, adjtime, timedatectl, zone }, context) {
    const name = params.name === undefined ? undefined : zoneOf(params.name)
    if (name !== undefined && !context.check && (zone?.target?.stat ?? zone?.stat)?.kind !== 'file')
      throw new TaskFailure(`given timezone "${name}" is not available`, {
        hint: `the host has no ${ZONES}/${name}; install tzdata, or look at the name (timedatectl list-timezones)`,
      })
    const hwclock = params.hwclock
    const before = { name: currentZone(localtime, timedatectl ? null : written), hwclock: clockOf(adjtime) }
    const setZone = name !== undefined && !sameText(name, before.name)
    const setClock = hwclock !== undefined && before.hwclock !== hwclock
    if (!setZone && !setClock) return {}
    const only = (all: { name: Text; hwclock: string }) =>
      dict({
        ...(name === undefined ? {} : { name: all.name }),
        ...(hwclock === undefined ? {} : { hwclock: all.hwclock }),
      })
    const after = { name: name ?? before.name, hwclock: hwclock ?? before.hwclock }
    const output = yield {
      kind: 'run',
      says: [
        ...(setZone ? [`set the time zone to ${name}`] : []),
        ...(setClock ? [`the hardware clock tells ${hwclock}`] : []),
      ].join('; '),
      touches: ['files'],
      diff: [{ header: 'timezone', before: only(before), after: only(after) }],
      script: lines([
        sh`export LC_ALL=C`,
        ...(setZone && name !== undefined ? [zoneScript(name)] : []),
        ...(setClock && hwclock !== undefined ? [clockScript(hwclock)] : []),
      ]),
    }
    if (output.rc !== 0) throw hostFailure('the time zone cannot be set', output, { hint: 'become root' })
    return {}
  },
})

/** @throws TaskFailure for what cannot be a zone's name */
function zoneOf(name: Text): Text {
  if (textMatches(name, /^\w[\w+-]*(?:\/[\w+-]+){0,3}$/)) return name
  throw new TaskFailure(`given timezone "${mapText(name, displayText)}" is not available`, {
    hint: 'a name is like Europe/Berlin, or UTC',
  })
}

/** The zone that the link names; where no systemd reads that alone, /etc/timezone has to agree. */
function currentZone({ stat: found, link }: PathFacts, written: FileText | null): string {
  // Without the link it is UTC.
  const zone = found === null ? 'UTC' : (/\/zoneinfo\/(.+)$/.exec(link ?? '')?.[1] ?? UNKNOWN)
  if (written?.kind !== 'file') return zone
  const line = written.bytes.toString('utf8').trim()
  return line === zone ? zone : UNKNOWN
}

/** adjtime(5): the third line. */
function clockOf(adjtime: FileText): string {
  const line = adjtime.kind === 'file' ? adjtime.bytes.toString('utf8').split('\n')[2] : undefined
  return line?.trim() === 'LOCAL' ? 'local' : 'UTC'
}

function zoneScript(name: Text) {
  return sh`timedatectl set-timezone -- ${name} 2>/dev/null || {
  umask 022
  ln -s -- ${joinTexts([`${ZONES}/`, name])} /etc/localtime.muster && mv -fT -- /etc/localtime.muster /etc/localtime || exit
  if [ -f /etc/timezone ]; then
    printf '%s\n' ${name} >/etc/timezone.muster && mv -f -- /etc/timezone.muster /etc/timezone || exit
  fi
  if [ -f /etc/sysconfig/clock ]; then
    sed -i ${`s|^\\(\\(TIME\\)\\{0,1\\}ZONE\\)=.*|\\1="${name}"|`} /etc/sysconfig/clock || exit
  fi
}`
}

function clockScript(hwclock: 'local' | 'UTC') {
  const local = hwclock === 'local'
  return sh`timedatectl set-local-rtc ${local ? 1 : 0} 2>/dev/null || hwclock --systohc ${local ? '--localtime' : '--utc'} || exit`
}
