import { type ShellText, sh } from '../../shell/sh.ts'
import type { Become } from '../connection.ts'

/** What runs on the host, by process id: a step's subshell and the resident shell above it. */
export interface Running {
  readonly step: number
  readonly shell: number
}

/*
 * Ends what a step runs: its subshell with all descendants, and what was orphaned since the step began in the session
 * that the resident shell leads (or sudo above it, or the shell above that). Younger than the step and outside of the shell's tree: a process that
 * an earlier step left running on purpose is older, and stays. No ps, pgrep or setsid is needed, only Linux's /proc.
 */
const SCRIPT = sh`
table=
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" || continue
  rest=\${line##*) }
  case $rest in "$line") continue;; esac
  set -- $rest
  pid=\${line%% *}
  table="$table $pid:$2:$4:\${20}"
  [ "$pid" = "$shell" ] && { parent=$2; session=$4; }
  [ "$pid" = "$step" ] && since=\${20}
done 2>/dev/null
tree() {
  tree=" $1 "
  grown=1
  while [ -n "$grown" ]; do
    grown=
    for entry in $table; do
      pid=\${entry%%:*}
      rest=\${entry#*:}
      case $tree in *" $pid "*) continue;; esac
      case $tree in *" \${rest%%:*} "*) tree="$tree$pid "; grown=1;; esac
    done
  done
}
tree "$shell"
all=$tree
case $all in *" $step "*) ;; *) exit 0;; esac
tree "$step"
victims=$tree
[ -n "$everything" ] && victims=$all
[ -n "$sudo" ] || parent=none
# With a terminal, the shell that gave it to sudo leads the session.
above=none
for entry in $table; do
  case $entry in "$parent":*) entry=\${entry#*:}; above=\${entry%%:*};; esac
done
case $session in "$shell"|"$parent"|"$above") ours=yes;; *) ours=;; esac
if [ -n "$ours" ]; then
  for entry in $table; do
    pid=\${entry%%:*}
    case $all in *" $pid "*) continue;; esac
    case $pid in "$parent"|"$above") continue;; esac
    rest=\${entry#*:*:}
    [ "\${rest%%:*}" = "$session" ] || continue
    # The kernel tells the start to a hundredth of a second only; within one, the later process has the higher number.
    if [ "\${rest#*:}" -gt "$since" ] || { [ "\${rest#*:}" = "$since" ] && [ "$pid" -gt "$step" ]; }; then
      victims="$victims$pid "
    fi
  done
fi
living() {
  left=
  for pid in $victims; do
    read -r line <"/proc/$pid/stat" || continue
    case \${line##*) } in Z*|X*) ;; *) left="$left $pid";; esac
  done 2>/dev/null
  [ -n "$left" ]
}
# The shell first and for good, so that it does not go on with the next step.
[ -n "$everything" ] && kill -KILL "$shell" 2>/dev/null
kill -TERM $victims 2>/dev/null
tries=0
while living; do
  tries=$((tries + 1))
  [ "$tries" -le 20 ] || { kill -KILL $left 2>/dev/null; break; }
  sleep 0.1 2>/dev/null || sleep 1
done
:
`

/** Shell text that kills a step, or the resident shell with all it runs: first politely, after two seconds for good. */
export function killScript(become: Become | undefined, running: Running, everything: boolean): ShellText {
  return sh`step=${running.step} shell=${running.shell} everything=${everything ? 'yes' : ''} sudo=${become ? 'yes' : ''}
${SCRIPT}`
}
