import { type Field, field } from '../../probes/fields.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isVersion, type PackageInfo } from './deb-control.ts'

/** What dpkg knows of a package, beside a version that is wanted. */
export interface DpkgStatus {
  /** dpkg's word: installed, half-configured, unpacked, config-files ...; not-installed when it knows nothing. */
  readonly status: string
  readonly version: string | null
  /** The installed version against the wanted one; null without either. */
  readonly relation: 'lt' | 'eq' | 'gt' | null
}

/** `m_status NAME VERSION` prints status, version and relation; words are taken apart by the shell. */
export const statusFunction: ShellText = sh`m_status() {
  m_s=$(dpkg-query -W -f '\${db:Status-Status} \${Version}
' -- "$1" 2>/dev/null | head -n 1); m_v=\${m_s#* }; m_s=\${m_s%% *}
  [ "$m_v" != "$m_s" ] || m_v=
  printf 'status\0%s\0version\0%s\0' "\${m_s:-not-installed}" "$m_v"
  [ -n "$m_v" ] && [ -n "$2" ] || return 0
  for m_r in lt eq gt; do dpkg --compare-versions "$m_v" "$m_r" "$2" && printf 'relation\0%s\0' "$m_r"; done; :
}
command -v dpkg-query >/dev/null 2>&1 || { printf 'nodpkg\0\0'; exit 0; }`

/** @throws TaskFailure when the host has no dpkg, or its answer makes no sense */
export function readStatus(fields: readonly Field[]): DpkgStatus {
  if (field(fields, 'nodpkg') !== undefined)
    throw new TaskFailure('the host has no dpkg: it is no Debian or Ubuntu', {
      hint: 'deb packages go to hosts of the Debian family only',
    })
  const text = (name: string) => field(fields, name)?.toString('utf8') ?? ''
  const version = text('version')
  const relation = text('relation')
  if (!/^[a-z-]{1,20}$/.test(text('status')) || (version !== '' && !isVersion(version)))
    throw new TaskFailure("the host's answer makes no sense (status of a package)")
  return {
    status: text('status'),
    version: version === '' || text('status') === 'not-installed' ? null : version,
    relation: relation === 'lt' || relation === 'eq' || relation === 'gt' ? relation : null,
  }
}

/** What has to be done with a package file, seeing what is installed. @throws TaskFailure for a downgrade unasked */
export function artifactNeed(
  info: PackageInfo,
  found: DpkgStatus,
  allowDowngrade: boolean,
): 'nothing' | 'configure' | 'install' {
  const { status, relation, version } = found
  if (status === 'not-installed' || status === 'config-files') return 'install'
  if (relation === 'eq') {
    if (status === 'installed') return 'nothing'
    // A package whose script failed has its files; only the script has to run (facts/modules.md, rule 5).
    return status === 'half-installed' ? 'install' : 'configure'
  }
  if (relation === 'gt' && !allowDowngrade)
    throw new TaskFailure('A later version is already installed', {
      result: { changed: false },
      hint: `${info.name} ${version} is newer than ${info.version}; allow_downgrade: yes goes back`,
    })
  return 'install'
}
