import { assignPath } from '../../probes/expand-path.ts'
import { type Field, field, readFields, strictText } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import { controlInfo, type PackageInfo } from './deb-control.ts'
import { configurePackage } from './dpkg.ts'
import { packageFailure, packageResult, unmetDependency } from './dpkg-result.ts'
import { installFiles, packagePrelude, simulate } from './dpkg-script.ts'
import { artifactNeed, type DpkgStatus, readStatus, statusFunction } from './dpkg-status.ts'
import type { ArtifactOptions } from './manager.ts'

/** A .deb that lies on the host already (`apt: deb=`). */
interface HostDeb {
  readonly path: string
  /** Null when there is no such file. */
  readonly info: PackageInfo | null
  /** What dpkg-deb said when the file is no package. */
  readonly broken: string | null
  readonly found: DpkgStatus | null
}

export interface HostDebs {
  readonly debs: readonly HostDeb[]
  /** apt's complaint when it would refuse the files; null when it would not, or was not asked. */
  readonly refused: string | null
}

/** Reads the files, what is installed under their names, and apt's opinion when something is to be done. */
export function observeDebs(paths: readonly string[], options: ArtifactOptions): Probe<HostDebs> {
  const each = paths.map(
    (path) => sh`${assignPath('m_f', path)}
printf 'deb\0%s\0' "$m_f"
if [ ! -e "$m_f" ]; then printf 'gone\0\0'
elif m_c=$(dpkg-deb -f "$m_f" Package Version 2>&1); then
  m_pn=$(dpkg-deb -f "$m_f" Package); m_pv=$(dpkg-deb -f "$m_f" Version)
  printf 'control\0%s\0' "$m_c"; m_status "$m_pn" "$m_pv"
  [ "$m_s" = installed ] && [ "$m_v" = "$m_pv" ] || set -- "$@" "$m_f"
else printf 'broken\0%s\0' "$m_c"; fi`,
  )
  return scriptProbe(
    lines([
      statusFunction,
      sh`export LC_ALL=C; set --`,
      ...each,
      sh`if [ $# -gt 0 ] && command -v apt-get >/dev/null 2>&1; then
  m_sim=$(${simulate(options)} install "$@" 2>&1 </dev/null) || printf 'refused\0%s\0' "$m_sim"
fi`,
    ]),
    (output) => {
      const fields = readFields(output, 'look at package files')
      if (field(fields, 'nodpkg') !== undefined) readStatus(fields)
      const starts = fields.flatMap(({ name }, at) => (name === 'deb' ? [at] : []))
      return {
        debs: starts.map((start, index) => readDeb(fields.slice(start, starts[index + 1]))),
        refused: field(fields, 'refused')?.toString('utf8') ?? null,
      }
    },
  )
}

function readDeb(fields: readonly Field[]): HostDeb {
  const path = strictText(field(fields, 'deb')!, 'a file name')
  const broken = field(fields, 'broken')?.toString('utf8') ?? null
  if (broken !== null || field(fields, 'gone') !== undefined) return { path, info: null, broken, found: null }
  const info = controlInfo((field(fields, 'control') ?? Buffer.alloc(0)).toString('utf8'), path)
  return { path, info, broken: null, found: readStatus(fields) }
}

/** Installs what is not installed in full; all files in one go, so that they may need each other. @throws TaskFailure */
export async function* convergeDebs(
  { debs, refused }: HostDebs,
  options: ArtifactOptions,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const install: PackageInfo[] = []
  const paths: string[] = []
  const configure: PackageInfo[] = []
  const missing: string[] = []
  for (const { path, info, broken, found } of debs) {
    if (broken !== null)
      throw new TaskFailure(`Unable to install package: ${path} is no Debian package`, {
        result: { details: broken },
        hint: 'was it transferred in full?',
      })
    if (info === null || found === null) missing.push(path)
    else {
      const need = artifactNeed(info, found, options.allowDowngrade)
      if (need === 'configure') configure.push(info)
      if (need !== 'install') continue
      install.push(info)
      paths.push(path)
    }
  }
  // In check mode an earlier task may bring the file.
  if (missing.length > 0 && !context.check)
    throw new TaskFailure(
      `Unable to install package: E:Could not open file ${missing[0]} - open (2: No such file or directory)`,
      { hint: "deb is a path on the host; module package takes the controller's: package: deb=..." },
    )
  const unmet = refused === null ? undefined : unmetDependency(refused)
  if (unmet !== undefined)
    throw new TaskFailure(`Dependency is not satisfiable: ${unmet}`, {
      result: { details: refused },
      hint: 'no repository of the host has it: add one, update the lists (update_cache), or install its .deb first',
    })
  for (const info of configure) {
    const output = yield {
      kind: 'run',
      says: `configure ${info.name} ${info.version}`,
      script: configurePackage(info, options),
    }
    if (output.rc !== 0) throw packageFailure(output, `dpkg --configure ${info.name}`)
  }
  if (install.length === 0 && missing.length === 0) return { result: {} }
  const says = [
    ...install.map((info) => `${info.name} ${info.version}`),
    ...missing.map((path) => `${path} (when it is there)`),
  ]
  const output = yield {
    kind: 'run',
    says: `install ${says.join(', ')}`,
    diff: install.map((info, at) => ({
      header: info.name,
      before: dict({ version: debs.find(({ path }) => path === paths[at])?.found?.version ?? null }),
      after: dict({ version: info.version }),
    })),
    script: lines([
      packagePrelude,
      sh`set -- ${paths}`,
      installFiles(
        install.map(({ name }) => name),
        options,
      ),
    ]),
  }
  if (output.rc !== 0) {
    const words = options.dpkgOptions.map((option) => `--${option}`).join(' ')
    throw packageFailure(output, `dpkg ${words} -i ${paths.join(' ')}`)
  }
  return { result: packageResult(output) }
}
