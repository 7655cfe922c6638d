import type { Package } from '../../probes/package.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { PackageInfo } from './deb-control.ts'
import { compareVersions } from './deb-version.ts'
import type { ArtifactOptions } from './manager.ts'

/** What has to be done with a package file, seeing what is installed. @throws TaskFailure for a downgrade unasked */
export function artifactNeed(
  info: Pick<PackageInfo, 'name' | 'version'>,
  { status, version }: Package,
  { allowDowngrade, pin }: Pick<ArtifactOptions, 'allowDowngrade' | 'pin'>,
): 'nothing' | 'configure' | 'install' {
  if (!isThere({ status }) || version === null) return 'install'
  const order = compareVersions(version, info.version)
  if (order === 0 || pin === 'none' || (pin === 'minimum' && order > 0)) {
    if (status === 'installed') return 'nothing'
    // A package whose script failed has its files; only the script has to run (facts/modules.md, rule 5).
    return status === 'half-installed' ? 'install' : 'configure'
  }
  if (order > 0 && !allowDowngrade)
    throw new TaskFailure('A later version is already installed', {
      result: { changed: false },
      hint: `${info.name} ${version} is newer than ${info.version}; allow_downgrade: yes goes back, and package: pin=minimum lets it stay`,
    })
  return 'install'
}

/** Whether any of a package's files are on the host, beside its configuration. */
export function isThere({ status }: Pick<Package, 'status'>): boolean {
  return status !== 'not-installed' && status !== 'config-files'
}
