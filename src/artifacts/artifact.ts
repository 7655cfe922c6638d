import type { Position } from '../values/position.ts'

export const PLATFORMS = ['linux', 'windows'] as const
export const ARCHITECTURES = ['amd64', 'arm64'] as const

/** How a file is packed; read from the end of its name. */
export const FORMS = ['deb', 'rpm', 'tar.gz', 'tar.xz', 'zip', 'msi', 'exe'] as const

/** Names that become folders and files: nothing that leads elsewhere. */
export const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/

export const DELIVERIES = ['push', 'url'] as const

export type Delivery = (typeof DELIVERIES)[number]
type Platform = (typeof PLATFORMS)[number]
type Architecture = (typeof ARCHITECTURES)[number]
type Form = (typeof FORMS)[number]

/** A public key that may sign a product's files. */
export interface PinnedKey {
  /** Of the primary key: 40 hexadecimal digits, upper case. */
  readonly fingerprint: string
  /** Absolute path of the key's text. */
  readonly file: string
  /** Where the text may be had when the file is missing: the fingerprint says whether it is the right one. */
  readonly url: string | undefined
  /** The key may have expired: someone looked and decided so. */
  readonly allowExpired: boolean
}

/** One file of a product, for one platform and architecture. Addresses have their placeholders filled in. */
export interface Artifact {
  readonly product: string
  /** Of the product, as upstream counts. */
  readonly version: string
  /** What the package says of itself (`3.3.5226.0-1`), where that differs and is known. */
  readonly packageVersion: string | undefined
  readonly platform: Platform
  readonly architecture: Architecture
  readonly form: Form
  readonly url: string
  /** Hosts get the file from muster, or from its URL themselves. */
  readonly delivery: Delivery
  /** Last part of the address. */
  readonly name: string
  /** Locked: 64 hexadecimal digits, lower case. */
  readonly sha256: string | undefined
  /** Address of upstream's list that names this file. */
  readonly checksums: string | undefined
  /** Address of a detached OpenPGP signature of this file. */
  readonly signature: string | undefined
  /** A file for Windows that is signed inside: the name of the certificate, which the host compares before it runs the file. */
  readonly authenticode: string | undefined
  /** Keys of which any one may have signed. */
  readonly keys: readonly PinnedKey[]
  /** Where the file's entry, and the value of its `url`, begin in artifacts.yaml. */
  readonly position: Position
  readonly urlPosition: Position
}

/** A checked artifacts.yaml. */
export interface ArtifactsFile {
  /** Absolute. */
  readonly path: string
  readonly products: readonly string[]
  /** In written order. */
  readonly artifacts: readonly Artifact[]
}

/** `prometheus 3.5.5 for linux/amd64 (tar.gz)`, for messages. */
export function describeArtifact(artifact: Artifact): string {
  return `${artifact.product} ${artifact.version} for ${artifact.platform}/${artifact.architecture} (${artifact.form})`
}
