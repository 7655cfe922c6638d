import { packageQuery } from '../../probes/package.ts'
import { failFunction } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { ArtifactOptions } from './manager.ts'

/** Nobody is there to answer questions; messages are wanted as they are known. */
const ENVIRONMENT: ShellText = sh`export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical LC_ALL=C LANG=C`

/** `apt-get` with what every call of ours has. */
export function aptGet(options: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'>): ShellText {
  const words = options.dpkgOptions.flatMap((option) => ['-o', `Dpkg::Options::=--${option}`])
  return sh`apt-get -y ${words} -o ${`DPkg::Lock::Timeout=${options.lockTimeout}`}`
}

/** For `m_fail`: no package was changed. */
export const printUntouched: ShellText = sh`printf 'untouched\0'`

/**
 * Head of scripts that may change any packages: environment, and `m_fail STEP`, which says whether dpkg's database is
 * what it was and ends the script. A host that was only refused something is not a changed one.
 */
export const packagePrelude: ShellText = lines([
  ENVIRONMENT,
  sh`m_was=$(cksum </var/lib/dpkg/status)`,
  failFunction(sh`[ "$(cksum </var/lib/dpkg/status)" != "$m_was" ] || ${printUntouched}`),
])

/** The same for scripts that change no other packages than those: nothing is compared unless it fails. */
function ownPrelude(names: readonly string[]): ShellText {
  return lines([ENVIRONMENT, failFunction(sh`printf 'now\0'; ${packageQuery} -- ${names} 2>/dev/null`)])
}

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
  m_until=
  while :; do
    m_out=$(dpkg ${words} "$@" 2>&1 </dev/null); m_rc=$?
    case $m_rc$m_out in 0*) break ;; ${lockPatterns}) ;; *) break ;; esac
    m_now=$(date +%s); m_until=\${m_until:-$(( m_now + ${options.lockTimeout} ))}
    [ "$m_now" -lt "$m_until" ] || { printf '%s\n' "$m_out" >&2; m_fail lock; }
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
 * Installs the files in `"$@"`: fetches first what they need, then dpkg -i. What comes this way is marked as
 * automatic, so that it goes with the package.
 *
 * @param names of the packages in the files
 * @param brings names of packages from the host's repositories, as apt named them
 */
export function installFiles(
  names: readonly string[],
  brings: readonly string[],
  options: ArtifactOptions,
): ShellText {
  return lines([
    ...(brings.length === 0
      ? [ownPrelude(names)]
      : [
          packagePrelude,
          sh`${aptGet(options)} ${recommends(options)} install -- ${brings} </dev/null || m_fail fetch
apt-mark auto ${brings} >/dev/null 2>&1`,
        ]),
    dpkgFunction(options),
    sh`m_dpkg -i -- "$@" || m_fail install`,
  ])
}

/** Runs what is left of an installation that stopped half-way. */
export function configurePackage(
  name: string,
  options: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'>,
): ShellText {
  return lines([
    ownPrelude([name]),
    dpkgFunction(options),
    sh`m_dpkg --configure -- ${name} || m_fail configure`,
  ])
}

/** Recommended packages: as asked for, else as apt is configured. */
export function recommends(options: Pick<ArtifactOptions, 'installRecommends'>): readonly string[] {
  return options.installRecommends === true
    ? ['--install-recommends']
    : options.installRecommends === false
      ? ['--no-install-recommends']
      : []
}
