import { lines, type ShellText, sh } from '../shell/sh.ts'

/*
 * The digest of a large file is remembered on the host, and believed while the file is what it was: device, inode,
 * size, mtime and ctime to the nanosecond. Only root has such a memory, in a folder of root alone; it is written by
 * actions that have just put a file in its place, never by a look. It is believed only for files that none but root
 * can write to, by their own mode and by that of every directory above them.
 *
 * An entry is one line in a file whose name is the path with `!` for each slash:
 *   1 DEVICE INODE SIZE MTIME CTIME UID MODE SHA256 .
 */

/** Where digests are remembered. Its removal costs time and nothing else. */
export const DIGEST_FOLDER = '/var/cache/muster'

/** Files below this size, in bytes, are read faster than asked about. */
export const LARGE_FILE = 1024 * 1024

/** More entries than this are all dropped: something makes ever new names. */
const MOST_ENTRIES = 64

const FORMAT = '%d %i %s %.9Y %.9Z %u %a'

/** `m_entry` names in `m_e` the entry of the real path in `$1`; it fails for names that cannot have one. */
const entryFunction: ShellText = sh`m_entry() {
  case $1 in *!*|*'
'*|[!/]*) return 1 ;; esac
  [ \${#1} -lt 200 ] || return 1
  m_e=; m_er=\${1#/}
  while :; do case $m_er in */*) m_e=$m_e\${m_er%%/*}!; m_er=\${m_er#*/} ;; *) m_e=${DIGEST_FOLDER}/$m_e$m_er; return 0 ;; esac; done
}`

/**
 * `m_remembered`: true when the digest of the file in `m_p` is remembered and to be believed; then `m_digest` holds
 * it. Without an entry for the path it starts no process, with one it starts one, `stat`. It changes nothing.
 */
export const rememberedFunction: ShellText = lines([
  entryFunction,
  sh`m_memory=; [ ! -O ${DIGEST_FOLDER} ] || [ -L ${DIGEST_FOLDER} ] || m_memory=1
m_remembered() {
  [ -n "$m_memory" ] && [ ! -L "$m_p" ] || return 1
  case $m_p in /*) m_d=\${m_p%/*}; m_d=\${m_d:-/} ;; *) return 1 ;; esac
  m_back=$PWD
  cd -P -- "$m_d" 2>/dev/null || return 1
  m_d=\${PWD%/}; cd -- "$m_back" 2>/dev/null || cd /
  m_entry "$m_d/\${m_p##*/}" && [ -f "$m_e" ] || return 1
  m_kept=; IFS= read -r m_kept <"$m_e" || return 1
  case $m_kept in '1 '*' .') ;; *) return 1 ;; esac
  m_kept=\${m_kept#1 }; m_kept=\${m_kept% .}; m_digest=\${m_kept##* }; m_kept=\${m_kept% *}
  case $m_digest in *[!0-9a-f]*) return 1 ;; esac
  [ \${#m_digest} = 64 ] || return 1
  m_believe "$m_d" "\${m_p##*/}"
}
m_believe() {
  m_u=$1; set -- "$1/$2" ${DIGEST_FOLDER} /var/cache /var
  while :; do set -- "$@" "\${m_u:-/}"; [ -n "$m_u" ] || break; m_u=\${m_u%/*}; done
  m_now=$(LC_ALL=C stat -c ${FORMAT} -- "$@" 2>/dev/null) || return 1
  m_at=0
  while [ -n "$m_now" ]; do
    m_at=$(( m_at + 1 )); m_row=\${m_now%%
*}
    case $m_now in *'
'*) m_now=\${m_now#*
} ;; *) m_now= ;; esac
    m_mode=\${m_row##* }; m_row_uid=\${m_row% *}; m_row_uid=\${m_row_uid##* }
    [ "$m_row_uid" = 0 ] || return 1
    case $m_mode in *[2367]|*[2367]?) return 1 ;; esac
    case $m_at in 1) [ "$m_row" = "$m_kept" ] || return 1 ;; 2) [ "$m_mode" = 700 ] || return 1 ;; esac
  done
  [ "$m_at" = $# ]
}`,
])

/** File systems of the kernel's own, whose times come from this host's clock and whose files no other host writes. */
const LOCAL = sh`ext2/ext3|xfs|btrfs|zfs|f2fs|overlayfs|tmpfs`

/**
 * `m_remember PATH SHA256`: for a script that has just put a large file in its place as root, and verified its digest
 * while it was hidden. `PATH` is its real path, without links. It remembers the digest only where a later change
 * cannot hide: the last write of the content is older than the last change of the inode, which happened after the
 * digest was taken, by more than the grain of the kernel's clock (git's racy rule), and the entry is younger than both.
 * Nothing that goes wrong here is an error. It drops entries of files that are gone.
 */
export const rememberFunction: ShellText = lines([
  entryFunction,
  sh`m_remember() {
  [ -O /var/cache ] && m_entry "$1" || return 0
  case $(LC_ALL=C stat -f -c %T -- "$1" 2>/dev/null) in ${LOCAL}) ;; *) return 0 ;; esac
  [ -d ${DIGEST_FOLDER} ] || mkdir -m 0700 ${DIGEST_FOLDER} 2>/dev/null || return 0
  m_forget
  sleep 0.05 2>/dev/null
  ( set +C; umask 077; : >"$m_e"
    m_row=$(LC_ALL=C stat -c ${`${FORMAT} %.9Y`} -- "$1" "$m_e" 2>/dev/null) || exit 0
    m_young=\${m_row##* }; m_row=\${m_row%%
*}; m_row=\${m_row% *}
    set -- "$2" $m_row
    [ "$(( \${m_young%.*}\${m_young#*.} - \${6%.*}\${6#*.} ))" -gt 20000000 ] || exit 0
    [ "$(( \${6%.*}\${6#*.} - \${5%.*}\${5#*.} ))" -gt 20000000 ] || exit 0
    printf '1 %s %s .\n' "$m_row" "$1" >"$m_e" ) 2>/dev/null
  [ -s "$m_e" ] || rm -f -- "$m_e"
}
m_forget() {
  m_keep=$m_e; m_count=0
  for m_x in ${DIGEST_FOLDER}/*; do
    m_count=$(( m_count + 1 )); m_xp=; m_xr=\${m_x#${DIGEST_FOLDER}/}
    while :; do case $m_xr in *!*) m_xp=$m_xp/\${m_xr%%!*}; m_xr=\${m_xr#*!} ;; *) m_xp=$m_xp/$m_xr; break ;; esac; done
    [ -f "$m_xp" ] || [ ! -f "$m_x" ] || rm -f -- "$m_x"
  done
  [ "$m_count" -le ${MOST_ENTRIES} ] || rm -f -- ${DIGEST_FOLDER}/*
  m_e=$m_keep
}`,
])
