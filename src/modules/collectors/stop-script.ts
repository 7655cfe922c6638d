import { failFunction } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { dpkgFunction } from '../packages/dpkg-script.ts'
import type { ArtifactOptions } from '../packages/manager.ts'
import type { CollectorState } from './collector-state.ts'
import type { HostOutcome } from './decide.ts'
import type { KnownCollector } from './known.ts'

const OPTIONS: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'> = { dpkgOptions: [], lockTimeout: 60 }

/**
 * Stops, disables and removes. All are stopped first: what sends is silent before anything else is done. A script that
 * was cut off leaves the file that marks a collector as muster's until last, so that the next run goes on with it.
 * A step that failed is named by `m_fail`, with the tool's words on standard error.
 */
export function stopScript(departures: readonly HostOutcome<CollectorState<KnownCollector>>[]): ShellText {
  const active = departures.flatMap(({ state }) => state.active)
  const enabled = departures.flatMap(({ state }) => state.enabled)
  const removed = departures.filter(({ remove }) => remove).map(({ state }) => state)
  return lines([
    failFunction(),
    sh`export LC_ALL=C DEBIAN_FRONTEND=noninteractive`,
    // Sockets first: they would start their service again.
    ...(active.length === 0
      ? []
      : [sh`systemctl stop -- ${[...active].sort(socketsFirst)} || m_fail ${`stop ${active.join(', ')}`}`]),
    ...(enabled.length === 0
      ? []
      : [sh`systemctl disable --quiet -- ${enabled} || m_fail ${`disable ${enabled.join(', ')}`}`]),
    ...(removed.length === 0 ? [] : [dpkgFunction(OPTIONS), ...removed.map(removal)]),
    ...(removed.length === 0
      ? []
      : [
          sh`rmdir /opt/muster 2>/dev/null
systemctl daemon-reload || m_fail 'read unit files'`,
        ]),
    sh`exit 0`,
  ])
}

function removal({ known }: CollectorState<KnownCollector>): ShellText {
  const { packages, units, leaves, unpacked, user, mark } = known
  const folders = unpacked.reduce((all, beginning) => sh`${all} ${beginning}*`, sh``)
  return lines([
    ...packages.map(
      (name) => sh`if command -v dpkg-query >/dev/null 2>&1; then
  case $(dpkg-query -W -f '\${db:Status-Status}' -- ${name} 2>/dev/null) in
    ''|not-installed) ;;
    *) m_dpkg --purge -- ${name} >/dev/null || m_fail ${`remove the package ${name}`} ;;
  esac
elif rpm -q -- ${name} >/dev/null 2>&1; then
  rpm -e -- ${name} || m_fail ${`remove the package ${name}`}
fi`,
    ),
    sh`rm -rf -- ${leaves}${folders} || m_fail ${`remove the files of ${known.name}`}`,
    // Exit status 8: a process still runs as that user, so it is not the collector's alone and stays.
    sh`if getent passwd ${user} >/dev/null; then userdel ${user} 2>/dev/null; m_rc=$?
  case $m_rc in 0) if getent group ${user} >/dev/null; then groupdel ${user} || m_fail ${`remove the group ${user}`}; fi ;;
    8) ;; *) m_fail ${`remove the user ${user}`} ;; esac
fi`,
    sh`for m_u in ${units}; do rm -rf -- "/etc/systemd/system/$m_u.d"; done
rm -f -- ${mark} || m_fail ${`remove ${mark}`}`,
  ])
}

function socketsFirst(left: string, right: string): number {
  return Number(right.endsWith('.socket')) - Number(left.endsWith('.socket'))
}
