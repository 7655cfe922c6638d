import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { failFunction } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Place } from './trust.ts'

/*
 * How changing scripts get hold of a directory. A name that was checked may stand for something else a moment later,
 * where others can write. So a script goes into the directory, and goes on only if that is the very one that was seen:
 * names without links are compared as the kernel tells them. In a directory that others may write, everything is then
 * done in a directory of its own within it, which nobody else can enter (`$m_up` is `..` then, else `.`), and what is
 * ready there is renamed to its place in one step, which follows no link.
 */

/** The hidden name beside a target under which a file is written; unguessable, and told apart by target. */
export function temporaryName(dest: string): string {
  const base = posix.basename(dest)
  const suffix = /.\.[A-Za-z0-9]{1,16}$/.test(base) ? base.slice(base.lastIndexOf('.')) : ''
  return posix.join(posix.dirname(dest), `${privateName(base)}${suffix}`)
}

/** What all temporary names for a target begin with. */
export function temporaryPrefix(name: string): string {
  return `.muster-${createHash('sha256').update(name).digest('hex').slice(0, 8)}-`
}

/** One of them that cannot be guessed. */
export function privateName(name: string): string {
  return `${temporaryPrefix(name)}${randomBytes(16).toString('hex')}`
}

/**
 * `m_hold DIRECTORY` goes there; false when that is another place than its name says. bash and its like work out by
 * themselves where they are, and can be deceived, so that pwd is asked.
 */
export const holdFunction: ShellText = sh`unset CDPATH
m_hold() {
  cd -P -- "$1" 2>/dev/null || return 1
  case \${BASH_VERSION-}\${KSH_VERSION-}\${ZSH_VERSION-} in
    '') m_here=$PWD ;;
    *) m_here=$(env pwd -P; echo x); m_here=\${m_here%?x} ;;
  esac
  [ "$m_here" = "$1" ]
}`

/**
 * Head of a changing script, with {@link holdFunction}. `m_leave` goes from a
 * directory of muster's own, and removes it with what is left in it; at the end of the script at the latest.
 */
export const holdPrelude: ShellText = lines([
  failFunction(),
  holdFunction,
  sh`m_start=$PWD m_up=. m_own= m_t=
m_leave() {
  if [ -n "$m_own" ]; then
    m_hold "$m_room" || return 0
    for m_x in ./.[!.]* ./*; do
      if [ -e "$m_x" ] || [ -L "$m_x" ]; then rm -rf -- ./.[!.]* ./*; break; fi
    done
    cd -P .. && rmdir -- "./$m_own"
    m_own= m_up=.
  elif [ -n "$m_t" ] && [ -e "./$m_t" ]; then rm -f -- "./$m_t"; fi
  m_t=
}
trap m_leave EXIT
trap 'exit 1' HUP INT TERM PIPE`,
])

/** Goes into the directory of a place and holds it. */
export function hold({ directory, owner }: Pick<Place, 'directory' | 'owner'>): ShellText {
  const held = sh`m_hold ${directory} || { [ ! -d ${directory} ] || m_fail moved; m_fail parent; }`
  if (owner === undefined) return held
  return lines([held, sh`[ "$(LC_ALL=C stat -c %u .)" = ${String(owner)} ] || m_fail moved`])
}

/**
 * Holds the directory of a place, and where others may write to it makes a directory in it that is muster's own.
 * @param failing runs when that cannot be made, and has to end in `m_fail`
 */
export function enter(place: Omit<Place, 'inherits'>, failing: ShellText): ShellText {
  if (place.trusted) return hold(place)
  const own = privateName(place.name)
  return lines([
    hold(place),
    sh`( umask 077; LC_ALL=C mkdir -- ./${own} ) || { ${failing}; }
m_hold ${posix.join(place.directory, own)} && [ -O . ] || m_fail moved
m_own=${own} m_room=$m_here m_up=..
# An access list that the directory passes on to it gives nobody anything then. Not 700: with that busybox takes
# away the bit by which files get the directory's group.
chmod go-rwx . || m_fail moved`,
  ])
}
