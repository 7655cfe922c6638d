import type { Probe } from '../../probes/probe.ts'
import type { Action, ActionResult, ControllerFile, ModuleContext, Outcome } from '../module.ts'
import type { PackageInfo } from './deb-control.ts'

/** How an artifact (a package file) is installed. */
export interface ArtifactOptions {
  readonly allowDowngrade: boolean
  readonly installRecommends: boolean | undefined
  /** Seconds to wait for another package manager. */
  readonly lockTimeout: number
  /** Options of dpkg without their dashes. */
  readonly dpkgOptions: readonly string[]
}

/** A kind of package file and its tool on the host; one file each (`dpkg.ts`; rpm and msi are to come). */
export interface ArtifactManager<State> {
  /** Name and version of the file, read on the controller. @throws TaskFailure */
  describe(file: ControllerFile): Promise<PackageInfo>
  /** Reads what is installed under that name, and how its version stands to that of the file. */
  observe(info: PackageInfo): Probe<State>
  /** Sends and installs the file; nothing when that version is installed in full. */
  converge(
    info: PackageInfo,
    file: ControllerFile,
    state: State,
    options: ArtifactOptions,
    context: ModuleContext,
  ): AsyncGenerator<Action, Outcome, ActionResult>
}
