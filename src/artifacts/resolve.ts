import { InputError } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import type { Artifact, ArtifactsFile } from './artifact.ts'

/** What a host needs of a product. */
export interface Target {
  readonly platform: string
  readonly architecture: string
  /** The form that is wanted where there are several (`rpm`); without, or where there is none of it, the first written. */
  readonly form?: string | undefined
}

/** The file of a product for a target. @throws InputError that says what there is instead */
export function resolveArtifact(file: ArtifactsFile, product: string, target: Target): Artifact {
  requireProduct(file, product)
  const all = file.artifacts.filter((artifact) => artifact.product === product)
  const fitting = all.filter(
    (artifact) => artifact.platform === target.platform && artifact.architecture === target.architecture,
  )
  const found = fitting.find(({ form }) => form === target.form) ?? fitting[0]
  if (found !== undefined) return found
  const there = [...new Set(all.map((each) => `${each.platform}/${each.architecture}`))]
  throw new InputError([
    {
      message: `there is no file of ${product} for ${target.platform}/${target.architecture}`,
      position: { file: file.path },
      hint: `there are files for ${there.join(', ')}`,
    },
  ])
}

/** Which files of artifacts.yaml a command is about. */
export interface Selection {
  /** Empty: all products. */
  readonly products: readonly string[]
  readonly platforms: readonly string[]
  readonly architectures: readonly string[]
}

/** The files a selection means, in written order. @throws InputError for a name that is not there, or when nothing is left */
export function selectArtifacts(file: ArtifactsFile, selection: Selection): Artifact[] {
  for (const product of selection.products) requireProduct(file, product)
  const selected = file.artifacts.filter(
    ({ product, platform, architecture }) =>
      (selection.products.length === 0 || selection.products.includes(product)) &&
      selection.platforms.includes(platform) &&
      selection.architectures.includes(architecture),
  )
  if (selected.length > 0) return selected
  throw new InputError([
    { message: 'no file is for these platforms and architectures', position: { file: file.path } },
  ])
}

function requireProduct(file: ArtifactsFile, product: string): void {
  if (file.products.includes(product)) return
  throw new InputError([
    {
      message: `there is no product '${product}'`,
      position: { file: file.path },
      hint: didYouMean(product, file.products) ?? `known: ${file.products.join(', ')}`,
    },
  ])
}
