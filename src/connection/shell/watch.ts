/*
 * Nothing runs on a host that nobody watches: when the controller is lost (killed, its machine dead, the network gone for good), what a
 * step runs is ended. Shells are told nothing of that while they wait for the step, so that a watcher stands beside the first step of a resident
 * shell that may change something: a subshell that looks every few seconds whether the process by which the shell is reached (sshd's of this
 * connection, or muster's own where there is no SSH) is there, the same one. It is found above the shell and what leads there (login shell, sudo).
 * What an earlier step left running on purpose is no child of the shell any more, and stays. Linux's /proc is needed; without it nobody watches.
 */

/** Seconds between two looks, and between asking processes to end and ending them. */
const PAUSE = 3
const GRACE = 2

/** Text for a resident shell: defines `m_watch`, which starts the watcher once. It prints nothing. */
export const DEFINE_WATCH = `m_watch() {
[ -z "$m_watched" ] || return 0
m_watched=1
( trap '' HUP INT TERM
read -r m_me m_rest </proc/self/stat || exit
m_top=$$
while read -r m_line </proc/$m_top/stat; do
  m_name=\${m_line#*\\(}; m_rest=\${m_line##*\\) }
  set -- $m_rest
  m_since=\${20}
  case \${m_name%\\)*} in sh|ash|dash|bash|ksh|mksh|zsh|busybox|sudo|sudo-rs|su|doas) m_top=$2;; *) break;; esac
done
[ "$m_top" -gt 1 ] || exit
m_tree=" $$ "
m_kill() {
  m_signal=$1
  m_table=
  for m_stat in /proc/[0-9]*/stat; do
    read -r m_line <"$m_stat" || continue
    m_rest=\${m_line##*\\) }
    set -- $m_rest
    m_table="$m_table \${m_line%% *}:$2"
  done
  m_grown=1
  while [ -n "$m_grown" ]; do
    m_grown=
    for m_one in $m_table; do
      m_pid=\${m_one%%:*}
      [ "$m_pid" = "$m_me" ] && continue
      case $m_tree in *" $m_pid "*) continue;; esac
      case $m_tree in *" \${m_one#*:} "*) m_tree="$m_tree$m_pid "; m_grown=1;; esac
    done
  done
  for m_pid in $m_tree; do [ "$m_pid" = $$ ] && [ $m_signal = TERM ] || kill "-$m_signal" "$m_pid"; done
}
while sleep ${PAUSE}; do
  [ -d /proc/$$ ] || exit
  if read -r m_line </proc/$m_top/stat; then
    m_rest=\${m_line##*\\) }
    set -- $m_rest
    [ "\${20}" = "$m_since" ] && continue
  fi
  m_kill TERM
  sleep ${GRACE}
  m_kill KILL
  exit
done ) </dev/null >/dev/null 2>&1 &
}
`
