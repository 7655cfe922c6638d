import { randomBytes } from 'node:crypto'
import { debPackage, type Package } from '../../probes/package.ts'
import { mapProbe } from '../../probes/probe.ts'
import { failFunction } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { ControllerFile } from '../controller-files.ts'
import type { Action, ActionResult } from '../module.ts'
import { askApt, needsApt } from './ask-apt.ts'
import { debInfo, type PackageInfo } from './deb-control.ts'
import { relatedNames } from './deb-relations.ts'
import { compareVersions } from './deb-version.ts'
import { packageFailure, packageResult } from './dpkg-result.ts'
import { configurePackage, installFiles, printUntouched } from './dpkg-script.ts'
import { artifactNeed, isThere } from './dpkg-status.ts'
import type { ArtifactManager, ArtifactOptions } from './manager.ts'

/** Packages wait here for dpkg; on disk, for /tmp may be a small file system in memory. */
const WAITING_ROOM = '/var/tmp'

/** .deb files with dpkg. */
export const dpkg: ArtifactManager = {
  describe: (file) => debInfo(file, file.path),

  observe: (info) => ({
    found: debPackage(info.name),
    related: (info.relations === null ? [] : relatedNames(info.relations)).map((name) =>
      mapProbe(debPackage(name), (found) => ({ name, found })),
    ),
  }),

  async *converge(info, file, { found, related }, options) {
    const need = artifactNeed(info, found, options)
    const result = { name: info.name, version: info.version }
    if (need === 'nothing') return { result: { ...result, stdout: '', stderr: '' } }
    const says =
      need === 'configure'
        ? `configure ${info.name} ${found.version}`
        : `${verb(info, found)} ${info.name} ${info.version}`
    const before = new Map([[info.name, found]])
    if (need === 'configure') {
      const output = yield {
        kind: 'run',
        says,
        predicted: result,
        script: configurePackage(info.name, options),
      }
      if (output.rc !== 0) throw packageFailure(output, `dpkg --configure ${info.name}`, before)
      return { result: { ...result, ...packageResult(output) } }
    }
    const known = new Map([...related.map((one) => [one.name, one.found] as const), [info.name, found]])
    const asks = yield* needsApt([info], (name) => known.get(name), options)
    const output = yield* sendAndInstall(info, file, asks, options, { says, predicted: result })
    if (output.rc !== 0) throw packageFailure(output, `dpkg -i ${info.name} ${info.version}`, before)
    return { result: { ...result, ...packageResult(output) } }
  },
}

function verb({ version }: PackageInfo, found: Package): string {
  if (!isThere(found) || found.version === null) return 'install'
  const order = compareVersions(found.version, version)
  return order < 0 ? 'upgrade' : order > 0 ? 'downgrade' : 'install'
}

async function* sendAndInstall(
  info: PackageInfo,
  file: ControllerFile,
  asks: boolean,
  options: ArtifactOptions,
  words: { readonly says: string; readonly predicted: Readonly<Record<string, string>> },
): AsyncGenerator<Action, Output, ActionResult> {
  const place = `${WAITING_ROOM}/.muster-${info.name}_${randomBytes(16).toString('hex')}.deb`
  const start = yield {
    kind: 'run',
    ...words,
    more: true,
    touches: ['files'],
    script: makePlace(info, place),
  }
  if (start.rc !== 0) throw packageFailure(start, `make ${place}`).with({ changed: false })
  const sent = yield { kind: 'push', says: `send ${file.size} bytes`, source: file, to: place }
  let brings: readonly string[] = []
  try {
    if (sent.rc !== 0) throw packageFailure(sent, `send ${info.name}`).with({ changed: false })
    if (asks) brings = yield* askApt([place], [info.name], options)
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    yield {
      kind: 'run',
      says: `remove ${place}`,
      silent: true,
      touches: ['files'],
      script: sh`rm -f -- ${place}`,
    }
    throw error
  }
  return yield {
    kind: 'run',
    says: words.says,
    script: lines([
      failFunction(printUntouched),
      sh`m_deb=${place}; trap 'rm -f -- "$m_deb"' EXIT; trap 'exit 1' HUP INT TERM PIPE
set -- "$m_deb"
m_have=$({ sha256sum || openssl dgst -sha256 -r; } 2>/dev/null <"$m_deb")
[ "\${m_have%% *}" = ${file.sha256} ] || m_fail checksum`,
      installFiles([info.name], brings, options),
    ]),
  }
}

/** Made exclusively, so that nobody else's file is written to. What a killed run left goes first. */
function makePlace({ name }: PackageInfo, place: string): ShellText {
  const left = sh`${`${WAITING_ROOM}/.muster-${name}_`}*`
  return sh`for m_l in ${left}; do [ ! -f "$m_l" ] || { rm -f -- ${left}; break; }; done
umask 077; set -C; true >${place}`
}
