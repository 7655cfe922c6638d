import { dirname, join, resolve } from 'node:path'
import { ARCHITECTURES, PLATFORMS } from '../../../artifacts/artifact.ts'
import { OMIT, type Scope, type TemplateEngine } from '../../../template/api.ts'
import { placeOf } from '../../../values/places.ts'
import type { Position } from '../../../values/position.ts'
import { InputError, type Problem } from '../../../values/problem.ts'
import { TemplateText } from '../../../values/template-text.ts'
import { didYouMean } from '../../../values/text/nearest.ts'
import type { Value } from '../../../values/value.ts'
import type { RunState } from '../../run-state.ts'

/** Variables that say where artifacts come from, and for which machine. */
export interface ArtifactSettings {
  /** Absolute paths of artifacts.yaml and of the folder that `muster artifacts fetch` filled. */
  readonly file: string
  readonly folder: string
  readonly platform: string
  readonly architecture: string
  /** `deb`, `rpm` and so on, where a product has several forms. */
  readonly form: string | undefined
  /** Products that are used where no template shows it. */
  readonly needed: readonly string[] | undefined
}

/**
 * Reads `artifacts_file` (undefined without it), `artifacts_folder`, `muster_platform`, `muster_arch`,
 * `muster_package_form` and `artifacts_needed`. Relative paths start from the playbook's folder, as those of `artifacts`
 * do.
 * @throws InputError
 */
export function readArtifactSettings(
  run: RunState,
  engine: TemplateEngine,
  scope: Scope,
  host: string,
): ArtifactSettings | undefined {
  const problems: Problem[] = []
  const read = (name: string): { value: Value; position: Position | undefined } | undefined => {
    const written = scope.lookup(name)
    if (written === undefined || written === null) return undefined
    const value = engine.resolve(written)
    if (value === OMIT || value === null) return undefined
    return { value, position: written instanceof TemplateText ? written.position : placeOf(written) }
  }
  const text = (name: string, known?: readonly string[]): string | undefined => {
    const found = read(name)
    if (found === undefined) return undefined
    const { value, position } = found
    if (typeof value === 'string' && value !== '' && (known?.includes(value) ?? true)) return value
    const hint =
      known === undefined
        ? undefined
        : ((typeof value === 'string' ? didYouMean(value, known) : undefined) ?? `known: ${known.join(', ')}`)
    const wrong = typeof value === 'string' ? `'${value}'` : 'a value that is no text'
    problems.push({ message: `${name} of ${host} is ${wrong}`, position, hint })
    return undefined
  }
  const file = text('artifacts_file')
  if (file === undefined && problems.length === 0) return undefined
  const path = resolve(run.home.directory, file ?? '')
  const folder = text('artifacts_folder')
  const settings = {
    file: path,
    folder: folder === undefined ? join(dirname(path), 'artifacts') : resolve(run.home.directory, folder),
    platform: text('muster_platform', PLATFORMS) ?? 'linux',
    architecture: text('muster_arch', ARCHITECTURES) ?? 'amd64',
    form: text('muster_package_form', ['deb', 'rpm']),
    needed: undefined,
  }
  const needed = read('artifacts_needed')
  if (needed !== undefined && !isTextList(needed.value))
    problems.push({
      message: `artifacts_needed of ${host} must be a list of names`,
      position: needed.position,
    })
  if (problems.length > 0) throw new InputError(problems)
  return needed !== undefined && isTextList(needed.value) ? { ...settings, needed: needed.value } : settings
}

function isTextList(value: Value): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
