import { randomInt } from 'node:crypto'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { Secret, secretsIn } from '../../values/secret.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'

/*
 * A job is a command that goes on when its task is done (`async` with `poll: 0`), as a session of its own on the host. It
 * has a folder of mode 0700 where Ansible has its file of results: ~/.ansible_async/ID, or below ANSIBLE_ASYNC_DIR.
 *
 *   cmd stdout stderr   what it is, and what it prints
 *   start end           seconds since 1970
 *   pid                 of the process that waits for it and leads its session
 *   rc                  there when it has ended
 *   timedout            there when it took longer than `async`, and was killed
 *   skipped             there when nothing was to be done (`creates`)
 */

/** A name for a job, of the shape of Ansible's. */
export function newJobId(): string {
  return `j${randomInt(10 ** 11, 10 ** 12)}.${randomInt(1000, 100_000)}`
}

/** Whether a text can be the name of a job: it becomes part of a path. */
export function isJobId(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text)
}

/** Where jobs are, in `$m_d`. */
const PLACE = sh`m_d=$ANSIBLE_ASYNC_DIR
[ -n "$m_d" ] || m_d=$HOME/.ansible_async
case $m_d in "~/"*) m_d=$HOME/$(printf %s "$m_d" | cut -c 3-) ;; esac`

/** Goes into the folder of jobs and holds it; false where another user owns it, or may write to it. */
const HELD = sh`cd -P -- "$m_d" 2>/dev/null && [ -O . ] && case $(LC_ALL=C stat -c %a .) in *[2367]|*[2367]?) false ;; esac`

/** Starts a script as a job, its standard input that of this step. */
export function startJob(
  id: string,
  job: { readonly script: ShellText; readonly cmd: Value; readonly seconds: number },
): ShellText {
  return lines([
    sh`command -v setsid >/dev/null || { printf 'there is no setsid on the host' >&2; exit 97; }`,
    makeFolder(id, job.cmd),
    // The builtin printf: nothing of the script is in a process list.
    sh`cat >./stdin && printf %s ${new Secret(job.script.reveal())} >./script || exit 98
setsid sh -c ${RUNNER} sh "$m_j" "$m_u" ${String(job.seconds)} "$m_cwd" </dev/null >/dev/null 2>&1 &
printf %s "$m_j"`,
  ])
}

/** What leads the job's session, in its folder. Its arguments: the folder's name, the umask, the seconds, where the command is. */
const RUNNER = `
umask 077
printf %s "$$" >./pid
date +%s >./start
m_script=$(cat ./script); rm -f ./script
( umask "$2"; cd -- "$4" || exit 1; set --; eval "$m_script" ) <./stdin >./stdout 2>./stderr &
m_job=$!
( trap 'kill "$m_sleep" 2>/dev/null; exit 0' TERM
  sleep "$3" & m_sleep=$!
  wait "$m_sleep"
  date +%s >./end; : >./timedout
  kill -KILL 0 ) </dev/null >/dev/null 2>&1 &
m_watch=$!
wait "$m_job"; m_rc=$?
kill "$m_watch" 2>/dev/null
date +%s >./end
rm -f ./stdin
printf %s "$m_rc" >./rc.new && mv ./rc.new ./rc
`

/** A job of which nothing was to be done. */
export function skippedJob(
  id: string,
  { cmd, stdout }: { readonly cmd: Value; readonly stdout: string },
): ShellText {
  return lines([
    makeFolder(id, cmd),
    sh`printf %s ${stdout} >./stdout && : >./stderr && : >./skipped && printf 0 >./rc || exit 98
printf %s "$m_j"`,
  ])
}

/** Makes a job's folder and goes into it; `$m_cwd` is where the script was, `$m_u` its umask. */
function makeFolder(id: string, cmd: Value): ShellText {
  const shown = secretsIn(cmd).length > 0 ? '********' : cmd
  return lines([
    PLACE,
    sh`m_u=$(umask) m_cwd=$PWD m_j=$m_d/${id}
umask 077
[ -d "$m_d" ] || mkdir -p -- "$m_d" || exit 98
${HELD} || { printf '%s belongs to another user, or others may write to it' "$m_d" >&2; exit 98; }
mkdir -- ./${id} && cd -P -- ./${id} && [ -O . ] && printf %s ${JSON.stringify(shown)} >./cmd || exit 98`,
  ])
}

/** What is known of a job. */
export interface JobState {
  /** Its folder. */
  readonly path: string
  /** Undefined: there is none. */
  readonly job:
    | {
        readonly state: 'running' | 'ended' | 'timedout' | 'lost' | 'skipped'
        readonly output: Output
        readonly cmd: Value
      }
    | undefined
}

/** Bytes of what a job has printed that are read; more is on the host. */
const MOST_BYTES = 4 * 1024 * 1024

/**
 * Looks at a job. A leader that is no more there (its command line names the folder: the number may be another process's by
 * now) and has left no status was killed, or the host has booted since.
 */
export function jobProbe(id: string) {
  return scriptProbe(
    lines([
      PLACE,
      sh`m_j=$m_d/${id}
printf '%s\n' "$m_j"
${HELD} && cd -P -- ./${id} 2>/dev/null && [ -O . ] && [ -f ./cmd ] || exit 3
m_s=running; m_rc=
if [ -f "./skipped" ]; then m_s=skipped; m_rc=0
elif [ -f "./rc" ]; then m_s=ended; m_rc=$(cat "./rc")
elif [ -f "./timedout" ]; then m_s=timedout
elif [ -f "./pid" ] && ! tr '\0' '\n' 2>/dev/null <"/proc/$(cat ./pid)/cmdline" | grep -qxF -- "$m_j"; then [ -f "./rc" ] && { m_s=ended; m_rc=$(cat "./rc"); } || m_s=lost; fi
printf '%s %s %s %s\n' "$m_s" "$m_rc" "$(cat "./start" 2>/dev/null)" "$(cat "./end" 2>/dev/null)"
head -c 65536 "./cmd"; printf '\n'
[ "$m_s" = running ] || { head -c ${String(MOST_BYTES)} "./stdout"; head -c ${String(MOST_BYTES)} "./stderr" >&2; }`,
    ]),
    readJob,
  )
}

function readJob({ rc, stdout, stderr }: Output): JobState {
  const first = stdout.indexOf(10)
  const path = stdout.subarray(0, Math.max(first, 0)).toString()
  if (rc === 3) return { path, job: undefined }
  const second = stdout.indexOf(10, first + 1)
  const third = stdout.indexOf(10, second + 1)
  const [state = '', status = '', start = '', end = ''] = stdout
    .subarray(first + 1, Math.max(second, 0))
    .toString()
    .split(' ')
  const known = (['running', 'ended', 'timedout', 'lost', 'skipped'] as const).find((one) => one === state)
  if (third < 0 || known === undefined) return { path, job: undefined }
  const seconds = Number(end) - Number(start)
  return {
    path,
    job: {
      state: known,
      cmd: readCmd(stdout.subarray(second + 1, third).toString()),
      output: {
        rc: /^\d{1,3}$/.test(status) ? Number(status) : null,
        stdout: stdout.subarray(third + 1),
        stderr,
        seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 0,
        truncated: stdout.length - third > MOST_BYTES,
        timedOut: known === 'timedout',
      },
    },
  }
}

/** A text or a list of texts; a host may have written anything there. */
function readCmd(text: string): Value {
  try {
    const read = JSON.parse(text) as unknown
    if (typeof read === 'string') return read
    return Array.isArray(read) && read.every((word) => typeof word === 'string') ? read : ''
  } catch {
    return ''
  }
}

/** Removes what there is of a job; one that runs goes on. */
export function removeJob(id: string): ShellText {
  return lines([PLACE, sh`${HELD} && rm -rf -- ./${id}`])
}
