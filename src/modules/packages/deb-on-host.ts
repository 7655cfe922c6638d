import type { DebFile } from '../../probes/deb-file.ts'
import { debPackage, type Package } from '../../probes/package.ts'
import { mapProbe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { type Action, type ActionResult, look, type ModuleContext, type Outcome } from '../module.ts'
import { askApt, needsApt } from './ask-apt.ts'
import { controlInfo, debInfoOfHead, type PackageInfo } from './deb-control.ts'
import { relatedNames } from './deb-relations.ts'
import { packageFailure, packageResult } from './dpkg-result.ts'
import { configurePackage, installFiles } from './dpkg-script.ts'
import { artifactNeed } from './dpkg-status.ts'
import type { ArtifactOptions } from './manager.ts'

/** A .deb that lies on the host (`apt: deb=`), and what is installed of it. */
interface HostDeb {
  readonly path: string
  readonly info: PackageInfo
}

/** Installs what is not installed in full; all files in one go, so that they may need each other. @throws TaskFailure */
export async function* convergeDebs(
  files: readonly DebFile[],
  options: ArtifactOptions,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { debs, missing } = yield* identify(files)
  // In check mode an earlier task may bring the file.
  if (missing[0] !== undefined && !context.check) throw noSuchFile(missing[0])
  const known = new Known(files)
  yield* known.ask(debs.map(({ info }) => info.name))
  const needs = debs.map((deb) => {
    const found = known.of(deb.info.name)
    return { ...deb, found, need: artifactNeed(deb.info, found, options) }
  })
  for (const { info, found } of needs.filter(({ need }) => need === 'configure')) {
    const output = yield {
      kind: 'run',
      says: `configure ${info.name} ${info.version}`,
      script: configurePackage(info.name, options),
    }
    if (output.rc !== 0)
      throw packageFailure(output, `dpkg --configure ${info.name}`, new Map([[info.name, found]]))
  }
  const install = needs.filter(({ need }) => need === 'install')
  if (install.length === 0 && missing.length === 0) return { result: {} }
  const names = install.map(({ info }) => info.name)
  const paths = install.map(({ path }) => path)
  const brings = yield* dependencies(install, known, options)
  const says = [
    ...install.map(({ info }) => `${info.name} ${info.version}`),
    ...missing.map((path) => `${path} (when it is there)`),
  ]
  const output = yield {
    kind: 'run',
    says: `install ${says.join(', ')}`,
    diff: install.map(({ info, found }) => ({
      header: info.name,
      before: dict({ version: found.version }),
      after: dict({ version: info.version }),
    })),
    script: sh`set -- ${paths}
${installFiles(names, brings, options)}`,
  }
  if (output.rc !== 0) {
    const words = options.dpkgOptions.map((option) => `--${option}`).join(' ')
    const before = new Map(install.map(({ info, found }) => [info.name, found]))
    throw packageFailure(output, `dpkg ${words} -i ${paths.join(' ')}`, before)
  }
  return { result: packageResult(output) }
}

/** What the files need from repositories. dpkg's status is enough for most; apt is asked where it is not. */
async function* dependencies(
  install: readonly HostDeb[],
  known: Known,
  options: ArtifactOptions,
): AsyncGenerator<Action, readonly string[], ActionResult> {
  if (install.length === 0) return []
  const infos = install.map(({ info }) => info)
  yield* known.ask(infos.flatMap(({ relations }) => (relations === null ? [] : relatedNames(relations))))
  if (!(yield* needsApt(infos, (name) => known.of(name), options))) return []
  return yield* askApt(
    install.map(({ path }) => path),
    infos.map(({ name }) => name),
    options,
  )
}

/** Names and versions of the files that are there. @throws TaskFailure for one that is no package */
async function* identify(
  files: readonly DebFile[],
): AsyncGenerator<Action, { debs: readonly HostDeb[]; missing: readonly string[] }, ActionResult> {
  const debs: HostDeb[] = []
  const missing: string[] = []
  for (const file of files) {
    if (file.kind === 'missing') missing.push(file.path)
    else if (file.kind === 'no-file')
      throw new TaskFailure(`Unable to install package: ${file.path} is no file that can be read`)
    else
      debs.push({
        path: file.path,
        info: (await debInfoOfHead(file.head, file.path)) ?? (yield* askDpkg(file.path)),
      })
  }
  return { debs, missing }
}

/** Has the host read a file whose first bytes do not tell. @throws TaskFailure when it is no package */
async function* askDpkg(path: string): AsyncGenerator<Action, PackageInfo, ActionResult> {
  const { output } = yield* look(`read ${path}`, {
    output: scriptProbe(sh`LC_ALL=C dpkg-deb -f ${path}`, (output) => output),
  })
  if (output.rc === 0) return controlInfo(output.stdout.toString('utf8'), path)
  throw new TaskFailure(`Unable to install package: ${path} is no Debian package`, {
    result: { details: saidOn(output) },
    hint: 'was it transferred in full?',
  })
}

function noSuchFile(path: string): TaskFailure {
  return new TaskFailure(
    `Unable to install package: E:Could not open file ${path} - open (2: No such file or directory)`,
    { hint: "deb is a path on the host; module package takes the controller's: package: deb=..." },
  )
}

/** What dpkg said of packages; more is asked where it is missing. */
class Known {
  readonly #files: readonly DebFile[]
  readonly #asked = new Map<string, Package>()

  constructor(files: readonly DebFile[]) {
    this.#files = files
  }

  async *ask(names: readonly string[]): AsyncGenerator<Action, void, ActionResult> {
    const wanted = [...new Set(names)].filter((name) => this.#find(name) === undefined)
    if (wanted.length === 0) return
    const { packages } = yield* look(
      `look for ${wanted.length > 3 ? `${wanted.length} packages` : wanted.join(', ')}`,
      {
        packages: wanted.map((name) => mapProbe(debPackage(name), (found) => ({ name, found }))),
      },
    )
    for (const { name, found } of packages) this.#asked.set(name, found)
  }

  of(name: string): Package {
    const found = this.#find(name)
    if (found === undefined) throw new Error(`nobody asked about package ${name}`)
    return found
  }

  #find(name: string): Package | undefined {
    for (const file of this.#files) {
      const found = file.kind === 'file' ? file.installed(name) : undefined
      if (found !== undefined) return found
    }
    return this.#asked.get(name)
  }
}
