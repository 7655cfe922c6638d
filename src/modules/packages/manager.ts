import type { Package } from '../../probes/package.ts'
import type { AnswersOf, Probe } from '../../probes/probe.ts'
import type { ControllerFile } from '../controller-files.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import type { PackageInfo } from './deb-control.ts'

/** How an artifact (a package file) is installed. */
export interface ArtifactOptions {
  /**
   * What the file's version means for one that is installed: `exact` wants that version, `minimum` leaves a newer one,
   * `none` leaves any.
   */
  readonly pin: 'exact' | 'minimum' | 'none'
  readonly allowDowngrade: boolean
  readonly installRecommends: boolean | undefined
  /** Seconds to wait for another package manager. */
  readonly lockTimeout: number
  /** Options of dpkg without their dashes. */
  readonly dpkgOptions: readonly string[]
}

/** What is asked of a host before a package file is sent. */
export type ArtifactProbes = {
  /** What is installed under the package's name. */
  readonly found: Probe<Package>
  /** The same for the packages that the file's control file speaks of. */
  readonly related: readonly Probe<{ readonly name: string; readonly found: Package }>[]
}

/** A kind of package file and its tool on the host; one file each (`dpkg.ts`; rpm and msi are to come). */
export interface ArtifactManager {
  /** What the file says of itself, read on the controller. @throws TaskFailure */
  describe(file: ControllerFile): Promise<PackageInfo>
  /** What has to be known of the host. */
  observe(info: PackageInfo): ArtifactProbes
  /** Sends and installs the file; nothing when that version is installed in full. */
  converge(
    info: PackageInfo,
    file: ControllerFile,
    state: AnswersOf<ArtifactProbes>,
    options: ArtifactOptions,
    context: ModuleContext,
  ): AsyncGenerator<Action, Outcome, ActionResult>
}
