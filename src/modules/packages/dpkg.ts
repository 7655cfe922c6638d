import { readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { readDone, runPrelude } from '../files/done.ts'
import { temporaryName } from '../files/enter.ts'
import { debInfo, type PackageInfo } from './deb-control.ts'
import { packageFailure, packageResult } from './dpkg-result.ts'
import { dpkgFunction, installFiles, packagePrelude } from './dpkg-script.ts'
import { artifactNeed, type DpkgStatus, readStatus, statusFunction } from './dpkg-status.ts'
import type { ArtifactManager, ArtifactOptions } from './manager.ts'

/** Packages wait here for dpkg; on disk, for /tmp may be a small file system in memory. */
const WAITING_ROOM = '/var/tmp'

/** .deb files with dpkg. */
export const dpkg: ArtifactManager<DpkgStatus> = {
  describe: (file) => debInfo(file, file.path),

  observe(info) {
    return scriptProbe(lines([statusFunction, sh`m_status ${info.name} ${info.version}`]), (output) =>
      readStatus(readFields(output, `look for package ${info.name}`)),
    )
  },

  async *converge(info, file, state, options) {
    const need = artifactNeed(info, state, options.allowDowngrade)
    const result = { name: info.name, version: info.version }
    if (need === 'nothing') return { result: { ...result, stdout: '', stderr: '' } }
    const says = `${need === 'configure' ? 'configure' : verb(state)} ${info.name} ${info.version}`
    if (need === 'configure') {
      const output = yield { kind: 'run', says, predicted: result, script: configurePackage(info, options) }
      if (output.rc !== 0) throw packageFailure(output, `dpkg --configure ${info.name}`)
      return { result: { ...result, ...packageResult(output) } }
    }
    const place = temporaryName(`${WAITING_ROOM}/${info.name}.deb`)
    const trap = sh`m_deb=${place}; trap 'rm -f -- "$m_deb"' EXIT; trap 'exit 1' HUP INT TERM PIPE`
    const start = yield {
      kind: 'run',
      says,
      predicted: result,
      more: true,
      // Made exclusively, so that nobody else's file is written to. What a killed run left goes first.
      script: lines([
        runPrelude,
        trap,
        sh`rm -f -- ${place.slice(0, place.lastIndexOf('-') + 1)}*
( umask 077; set -C; : > "$m_deb" ) || m_fail write
trap - EXIT; printf '\0done\0'`,
      ]),
    }
    readDone(start, place)
    const sent = yield { kind: 'push', says: `send ${file.size} bytes`, source: file, to: place }
    const output = yield {
      kind: 'run',
      says,
      script: lines([
        packagePrelude,
        trap,
        sh`m_have=$({ sha256sum || openssl dgst -sha256 -r; } 2>/dev/null < "$m_deb")
[ "\${m_have%% *}" = ${file.sha256} ] || m_fail checksum
set -- "$m_deb"`,
        installFiles([info.name], options),
      ]),
    }
    if (sent.rc !== 0) throw packageFailure(sent, `send ${info.name}`)
    if (output.rc !== 0) throw packageFailure(output, `dpkg -i ${info.name} ${info.version}`)
    return { result: { ...result, ...packageResult(output) } }
  },
}

function verb(state: DpkgStatus): string {
  return state.relation === 'lt' ? 'upgrade' : state.relation === 'gt' ? 'downgrade' : 'install'
}

/** Runs what is left of an installation that stopped half-way. */
export function configurePackage(
  info: PackageInfo,
  options: Pick<ArtifactOptions, 'dpkgOptions' | 'lockTimeout'>,
): ShellText {
  return lines([
    packagePrelude,
    dpkgFunction(options),
    sh`m_dpkg --configure -- ${info.name} || m_fail configure
m_end 0`,
  ])
}
