import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { attributeChange } from '../files/attributes/attributes.ts'
import type { Destination } from '../files/content/destination.ts'
import { finalMode, wantedMode } from '../files/content/place-file.ts'
import { fillScript, type Placement } from '../files/content/write-script.ts'
import { printDone } from '../files/done.ts'

/** What {@link fetchInto} does, and of which file its output tells. */
export interface Fetch {
  readonly dest: string
  readonly placement: Placement
  readonly script: ShellText
}

/** Fetches into a hidden file beside the target; an equal file stays, and so does the old one when the status is wrong. */
export function fetchInto(
  place: Destination,
  mode: string | undefined,
  statuses: readonly number[],
  curl: ShellText,
  write: readonly string[],
  unsafeWrites: boolean,
): Fetch {
  const followed = place.trust.follow(place.facts)
  const old = followed?.stat ?? place.facts.stat
  const dest = followed?.path ?? place.facts.path
  const wish = wantedMode(mode, undefined)
  const target = followed === null ? place.trust.placeOf(place.facts) : place.trust.placeOfReal(dest)
  // An equal file whose owner and mode are right stays; everything else is replaced.
  const keep =
    old !== null && attributeChange(old, place.owners, wish) === null
      ? lines([
          sh`if cmp -s "./$m_t" "$m_up"/${target.name}; then m_leave`,
          printDone(dest, sh`printf 'same\0\0'`),
          sh`exit 0; fi`,
        ])
      : sh`:`
  const placement: Placement = {
    dest,
    place: target,
    old,
    takesOn: true,
    owners: place.owners,
    mode: finalMode(wish, old, place),
    sha256: null,
    parents: null,
    backup: false,
    validate: undefined,
    unsafeWrites,
  }
  // By its descriptor, so that curl runs where names in its configuration are meant to be looked for.
  const script = fillScript(
    placement,
    sh`${curl}
m_answer=$( {
  if [ -e /proc/self/fd/9 ]; then cd -- "$m_start"; m_o=/proc/self/fd/9; else m_o=./$m_t; fi
  LC_ALL=C curl ${write} -o "$m_o"; printf '\ncurl %s' $?; } 9>"./$m_t" )
m_rc=\${m_answer##*curl }; m_answer=\${m_answer%
curl *}
printf '%s\0curl\0%s' "$m_answer" "$m_rc"
[ "$m_rc" = 0 ] || exit 0
m_code=\${m_answer##*
}; m_code=\${m_code#* }; m_code=\${m_code%% *}
case ${` ${statuses.join(' ')} `} in *" $m_code "*) ;; *) exit 0 ;; esac
${keep}`,
  )
  return { dest, placement, script }
}

const CURL = Buffer.from('\0curl\0')

/** What curl printed, and its exit status. @throws TaskFailure when the host has no curl */
export function splitOutput(output: Output): { answer: Buffer; rc: number | null } {
  if (output.stdout.indexOf('\0nocurl\0') !== -1)
    throw new TaskFailure('the uri module needs curl, and the host has none', {
      hint: 'install curl on the host (package: name=curl)',
      result: { changed: false },
    })
  const at = output.stdout.lastIndexOf(CURL)
  const rc = /^\d{1,3}/.exec(
    output.stdout.subarray(at + CURL.length, at + CURL.length + 3).toString('latin1'),
  )
  return at === -1 || rc === null
    ? { answer: output.stdout, rc: output.rc }
    : { answer: output.stdout.subarray(0, at), rc: Number(rc[0]) }
}
