import { posix } from 'node:path'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { enter, holdPrelude, privateName, temporaryName, temporaryPrefix } from '../enter.ts'
import { realPath } from '../trust.ts'
import { fillScript, makeParents, type Placement, settleScript } from './write-script.ts'

/** Where what is sent lands; a directory of ours in it cannot be moved by others, for it is sticky. On disk, not in memory. */
const WAITING_ROOM = '/var/tmp'

/**
 * Where a content that is pushed lands before it is put in its place: beside its target, or, where others may write,
 * in a directory of muster's own elsewhere. No name of it can be swapped while the bytes come.
 */
export interface Landing {
  readonly path: string
  /** Null when it lands beside the target. */
  readonly room: string | null
}

/** Where the bytes of a pushed file are sent: beside the target, or, where others may change names there, into a room of root. */
export function landingOf({ place }: Placement): Landing {
  if (place.trusted) return { path: temporaryName(realPath(place)), room: null }
  const room = posix.join(WAITING_ROOM, privateName(place.name))
  return { path: posix.join(room, 'content'), room }
}

/** First half: checks that the file can be written, and makes the empty file that the bytes go into. */
export function prepareScript(placement: Placement, landing: Landing): ShellText {
  const { place } = placement
  const name = posix.basename(landing.path)
  const failing = sh`[ -w . ] || m_fail unwritable; m_fail write`
  const checks = [
    holdPrelude,
    ...makeParents(placement),
    enter(place, failing),
    sh`[ ! -d "$m_up/"${place.name} ] || m_fail directory`,
  ]
  const ready = sh`trap - EXIT; printf '\0done\0'`
  if (landing.room === null)
    return lines([
      ...checks,
      sh`rm -f -- ./${temporaryPrefix(place.name)}*
( umask 077; set -C; : >${`./${name}`} ) || { ${failing}; }`,
      ready,
    ])
  const left = `${WAITING_ROOM}/${temporaryPrefix(place.name)}`
  return lines([
    ...checks,
    sh`m_leave
for m_x in ${left}*; do [ ! -d "$m_x" ] || [ -L "$m_x" ] || [ ! -O "$m_x" ] || rm -rf -- "$m_x"; done
( umask 077; mkdir -- ${landing.room} && : >${landing.path} ) || m_fail write`,
    ready,
  ])
}

/** Second half: checks what came and puts it in its place. */
export function finishScript(placement: Placement, { path, room }: Landing, size: number): ShellText {
  // The directories were made in the first half.
  const rest = { ...placement, parents: null }
  if (room === null) return settleScript(rest, posix.basename(path), size)
  const fill = sh`LC_ALL=C cat <${path} >"./$m_t" || m_fail write`
  return fillScript(rest, fill, sh`trap 'm_leave; rm -rf -- '${room} EXIT`)
}
