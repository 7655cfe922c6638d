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

export interface FetchOptions {
  readonly mode: string | undefined
  /** Answers with another status leave the file as it is. */
  readonly statuses: readonly number[]
  /** Options of curl. */
  readonly write: readonly string[]
  readonly unsafeWrites: boolean
  /** A link is followed; without it the link itself is replaced. */
  readonly follow: boolean
  readonly backup?: boolean
  /** What is done with what came, in `"./$m_t"`, before it takes the place of the old file, whose name it gets. */
  look?(old: ShellText): ShellText
}

/** Tells that the host has no curl, and goes no further. */
export const requireCurl: ShellText = sh`command -v curl >/dev/null 2>&1 || { printf '\0nocurl\0'; exit 0; }`

/** Fetches into a hidden file beside the target; an equal file stays, and so does the old one when the status is wrong. */
export function fetchInto(place: Destination, options: FetchOptions): Fetch {
  const { trust, facts, owners } = place
  const followed = options.follow ? trust.follow(facts) : null
  const through = followed?.stat ?? facts.target?.stat ?? facts.stat
  const old = facts.link !== null && !options.follow ? null : through
  const dest = followed?.path ?? facts.path
  const wish = wantedMode(options.mode, undefined)
  const target = followed === null ? trust.placeOf(facts) : trust.placeOfReal(dest)
  const oldName = sh`"$m_up"/${target.name}`
  // An equal file whose owner and mode are right stays; everything else is replaced.
  const keep =
    through !== null && attributeChange(through, owners, wish) === null
      ? lines([
          sh`if cmp -s "./$m_t" ${oldName}; then m_leave`,
          printDone(dest, sh`printf 'same\0\0'`),
          sh`exit 0; fi`,
        ])
      : sh`:`
  const placement: Placement = {
    dest,
    place: target,
    old,
    takesOn: true,
    owners,
    mode: finalMode(wish, old, place),
    sha256: null,
    parents: null,
    backup: options.backup === true && through !== null,
    validate: undefined,
    unsafeWrites: options.unsafeWrites,
  }
  // By its descriptor, so that curl runs where names in its configuration are meant to be looked for.
  const script = fillScript(
    placement,
    sh`${requireCurl}
m_answer=$( {
  if [ -e /proc/self/fd/9 ]; then cd -- "$m_start"; m_o=/proc/self/fd/9; else m_o=./$m_t; fi
  LC_ALL=C curl ${options.write} -o "$m_o"; printf '\ncurl %s' $?; } 9>"./$m_t" )
m_rc=\${m_answer##*curl }; m_answer=\${m_answer%
curl *}
printf '%s\0curl\0%s' "$m_answer" "$m_rc"
[ "$m_rc" = 0 ] || exit 0
m_code=\${m_answer##*
}; m_code=\${m_code#* }; m_code=\${m_code%% *}
case ${` ${options.statuses.join(' ')} `} in *" $m_code "*) ;; *) exit 0 ;; esac
${options.look?.(oldName) ?? sh`:`}
${keep}`,
  )
  return { dest, placement, script }
}

const CURL = Buffer.from('\0curl\0')

/** What curl printed, and its exit status. @throws TaskFailure when the host has no curl */
export function splitOutput(output: Output, module: string): { answer: Buffer; rc: number | null } {
  if (output.stdout.indexOf('\0nocurl\0') !== -1)
    throw new TaskFailure(`the ${module} module needs curl, and the host has none`, {
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
