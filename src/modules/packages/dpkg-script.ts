import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { ArtifactOptions } from './manager.ts'

/** Nobody is there to answer questions; messages are wanted as they are known. */
const ENVIRONMENT: ShellText = sh`export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical LC_ALL=C LANG=C`

/** `apt-get` with what every call of ours has. */
export function aptGet(options: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'>): ShellText {
  const words = options.dpkgOptions.flatMap((option) => ['-o', `Dpkg::Options::=--${option}`])
  return sh`apt-get -y ${words} -o ${`DPkg::Lock::Timeout=${options.lockTimeout}`}`
}

/**
 * Head of every script that changes packages: environment, `m_fail STEP`, and `m_end RC`, which says whether dpkg's
 * database has changed and ends the script. A host that was only refused something is not a changed one.
 */
export const packagePrelude: ShellText = lines([
  ENVIRONMENT,
  sh`m_db() { cksum < /var/lib/dpkg/status; }
m_was=$(m_db)
m_end() { [ "$(m_db)" = "$m_was" ] && printf '\0untouched\0' || printf '\0touched\0'; exit "$1"; }
m_fail() { printf '\0fail\0%s' "$1"; m_end 1; }`,
])

/** dpkg's own words when another process holds its lock. */
const LOCKED =
  '*lock*locked by another process*|*unable to lock*|*lock*currently locked*|*Could not get lock*'

/**
 * `m_dpkg WORDS`: dpkg, tried again every second while another process holds its lock, until the time is over. Its
 * output goes to standard output when it is done.
 */
export function dpkgFunction(options: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'>): ShellText {
  const words = options.dpkgOptions.map((option) => `--${option}`)
  return sh`m_dpkg() {
  m_until=$(( $(date +%s) + ${options.lockTimeout} ))
  while :; do
    m_out=$(dpkg ${words} "$@" 2>&1 </dev/null); m_rc=$?
    case $m_rc$m_out in 0*) break ;; ${lockPatterns}) ;; *) break ;; esac
    [ "$(date +%s)" -lt "$m_until" ] || { printf '%s\n' "$m_out" >&2; m_fail lock; }
    sleep 1
  done
  if [ "$m_rc" = 0 ]; then printf '%s\n' "$m_out"; else printf '%s\n' "$m_out" >&2; fi
  return "$m_rc"
}`
}

const lockPatterns: ShellText = LOCKED.split('|')
  .map((pattern) =>
    pattern
      .split('*')
      .map((part) => (part === '' ? sh`` : sh`${part}`))
      .reduce((left, right) => sh`${left}*${right}`),
  )
  .reduce((left, right) => sh`${left}|${right}`)

/**
 * Installs the files in `"$@"`: asks apt what they need (where there is apt), fetches that first, then dpkg -i.
 * Dependencies that come this way are marked as automatic, so that they go with the package.
 */
export function installFiles(names: readonly string[], options: ArtifactOptions): ShellText {
  const own = names.reduce((left, name) => sh`${left}|${name}`, sh`''`)
  return lines([
    sh`if command -v apt-get >/dev/null 2>&1; then
  m_sim=$(${simulate(options)} install "$@" 2>&1) || { printf '%s\n' "$m_sim" >&2; m_fail depends; }
  m_deps=$(printf '%s\n' "$m_sim" | while read -r m_i m_d m_r; do
    [ "$m_i" = Inst ] || continue
    case $m_d in ${own}) ;; *[!A-Za-z0-9+.:-]*) ;; *) printf '%s ' "$m_d" ;; esac
  done)
  if [ -n "$m_deps" ]; then
    ${aptGet(options)} ${recommends(options)} install -- $m_deps </dev/null || m_fail fetch
    apt-mark auto $m_deps >/dev/null 2>&1
  fi
fi`,
    dpkgFunction(options),
    sh`m_dpkg -i -- "$@" || m_fail install
m_end 0`,
  ])
}

/** apt's simulation of an installation; holds do not count, as they do not for dpkg. */
export function simulate(options: Pick<ArtifactOptions, 'installRecommends'>): ShellText {
  return sh`apt-get -s -y -o Debug::NoLocking=1 --allow-downgrades --allow-change-held-packages ${recommends(options)}`
}

/** Recommended packages come on request only. */
export function recommends(options: Pick<ArtifactOptions, 'installRecommends'>): readonly string[] {
  return options.installRecommends === true
    ? ['--install-recommends']
    : options.installRecommends === false
      ? ['--no-install-recommends']
      : []
}
