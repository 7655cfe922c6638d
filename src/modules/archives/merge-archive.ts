import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { privateName, temporaryPrefix } from '../files/enter.ts'

/*
 * Dest belongs to root, but directories in it may belong to others, who can swap any name in them while tar is at work.
 * Then everything is unpacked into a directory of root's own in dest, which nobody else can enter, and moved from there
 * into one directory after the other, each held. Where all directories on the way are root's, nobody else can swap a
 * name in them, and tar unpacks into dest itself.
 */

/** Sets `m_shared` when others may write to some directory in `$m_tmp/ways`, which `m_members` makes. */
const findShared = sh`m_shared=
for m_w in $(xargs -0 -r stat -c %f:%u <"$m_tmp/ways" 2>/dev/null | sort -u); do
  [ "$((0x\${m_w%%:*} & 0xf000))" = "$((0x4000))" ] || continue
  if [ "\${m_w#*:}" != 0 ] || [ "$((0x\${m_w%%:*} & 0x12))" != 0 ]; then m_shared=yes; fi
done`

/** Rooms begin so, that a later run finds what a killed one left. */
const ROOM = temporaryPrefix('unarchive')

/**
 * Goes into a new directory `$m_room/in` of dest. What is unpacked sets the mode of `in`, but not that of the room, which
 * nobody else can enter.
 */
function enterRoom(): ShellText {
  const name = privateName('unarchive')
  return sh`m_dest=$(pwd -P); m_dest=\${m_dest%/}
for m_l in ./${ROOM}*; do
  [ ! -d "$m_l" ] || [ -L "$m_l" ] || [ ! -O "$m_l" ] || rm -rf -- "$m_l"
done
( umask 077; mkdir -- ./${name} ./${name}/times ) && m_room=$m_dest/${name} && ( umask 022; mkdir -- "$m_room/in" ) && m_hold "$m_room/in" || m_fail unpack`
}

/** Head of both scripts below, which get the room, dest and paths in the room below `in`. They say in `why` what failed. */
const HEAD = `unset CDPATH; export LC_ALL=C; m_room=$1 m_dest=$2 m_newer=$3; shift 3
m_no() { printf '%s' "$1" >"$m_room/step"; printf '%s' "$2" >"$m_room/why"; exit 255; }
m_hold() { cd -P -- "\${1:-/}" 2>/dev/null && [ "$(env pwd -P; echo x)" = "\${1:-/}
x" ]; }
m_device() { [ "$(stat -c %d .)" = "$(stat -c %d "$m_room")" ] || m_no device "$m_to"; }`

/** Moves what is in directories, outermost first, to where it belongs. A directory that is not there yet goes as a whole. */
const MOVE = `${HEAD}
for m_d; do
  m_d=\${m_d#.}; m_from=$m_room/in$m_d; m_to=$m_dest$m_d
  # It went along with the one around it.
  [ -d "$m_from" ] || continue
  if m_hold "$m_to"; then
    m_device
    m_said=$(for m_f in "$m_from"/* "$m_from"/.[!.]* "$m_from"/..?*; do
      if [ -L "$m_f" ] || { [ -e "$m_f" ] && [ ! -d "$m_f" ]; }; then
        [ -n "$m_newer" ] && [ "./\${m_f##*/}" -nt "$m_f" ] || printf '%s\\0' "$m_f"
      fi
    done | xargs -0 -r mv -f -t . -- 2>&1) || m_no unpack "$m_said"
  else
    m_n=./\${m_to##*/}
    m_hold "\${m_to%/*}" || m_no moved "$m_to"
    m_device
    [ ! -L "$m_n" ] || m_no link "$m_to"
    [ ! -d "$m_n" ] || m_no moved "$m_to"
    m_said=$(mv -fT -- "$m_from" "$m_n" 2>&1) || m_no unpack "$m_said"
  fi
done`

/**
 * Gives directories of the archive that were there before the owner, mode and time that they have in it. One of root's in
 * somebody else's directory may be another than the one that was meant, and is given to nobody.
 */
const DRESS = `${HEAD}
for m_d; do
  m_from=$m_room/in/$m_d; m_to=$m_dest/$m_d
  case $m_d in .) m_from=$m_room/in m_to=$m_dest ;; esac
  [ -d "$m_from" ] || continue
  m_hold "$m_to" || m_no moved "$m_to"
  case $m_d in */*) [ "$(stat -c %u .)" != 0 ] || [ "$(stat -c %u "$m_from")" = 0 ] || m_no moved "$m_to" ;; esac
  m_said=$(chown "--reference=$m_from" . 2>&1 && chmod "--reference=$m_from" . 2>&1 && touch -r "$m_room/times/$m_d" . 2>&1) || m_no unpack "$m_said"
done`

const HANDLED = sh`m_fail "$(cat "$m_room/step" 2>/dev/null)" "$(cat "$m_room/why" 2>/dev/null)"`

/** Moves all of the room into dest, and removes the room. */
function leaveRoom(newer: boolean): ShellText {
  const words = [newer ? 'newer' : '']
  return sh`find . -type d -print0 >"$m_tmp/dirs" || m_fail unpack
( cd -P -- "$m_room/times" && xargs -0 mkdir -p -- ) <"$m_tmp/dirs" &&
  xargs -0 sh -c 'for m_d; do touch -r "./$m_d" "../times/$m_d" || exit 255; done' sh <"$m_tmp/dirs" || m_fail unpack
xargs -0 sh -c ${MOVE} sh "$m_room" "$m_dest" ${words} <"$m_tmp/dirs" || ${HANDLED}
xargs -0 -r sh -c ${DRESS} sh "$m_room" "$m_dest" ${words} <"$m_tmp/listed" || ${HANDLED}
touch -r "$m_room/times" "$m_tmp/time"
m_hold "\${m_dest:-/}" || m_fail moved
rm -rf -- "$m_room"; m_room=
[ -z "$m_self" ] || touch -r "$m_tmp/time" .`
}

/**
 * Unpacks as root an archive whose members are listed, and gives them what the task names.
 * @param extract unpacks into the current directory
 * @param attributes sets owner and mode of what is there
 * @param tops does the same of first directories that the archive does not list
 * @param plainly what to do where nobody else can write
 */
export function unpackSafely(
  steps: Readonly<Record<'extract' | 'attributes' | 'tops' | 'plainly', ShellText>>,
  newer: boolean,
): ShellText {
  return lines([
    findShared,
    sh`if [ -n "$m_shared" ]; then`,
    enterRoom(),
    steps.extract,
    steps.attributes,
    leaveRoom(newer),
    steps.tops,
    sh`else`,
    steps.plainly,
    sh`fi`,
  ])
}
