import { formatPosition } from '../values/position.ts'
import { isAuthentic } from './address.ts'
import { type Artifact, describeArtifact } from './artifact.ts'
import { ArtifactError } from './artifact-error.ts'
import { findChecksum } from './checksum-list.ts'
import { type FetchOptions, fetchShort } from './http.ts'
import { checkSignature } from './signature/signature.ts'

/** By what a file was found to be the right one, in the words of the table. */
export type Proof =
  | 'locked'
  | 'list'
  | 'signature'
  | 'list and signature'
  | 'first download'
  | 'checked on hosts'

export interface ProofOptions extends FetchOptions {
  /** Take the word of an HTTPS server where upstream publishes neither list nor signature. */
  readonly trustDownload: boolean
  /** Texts of checksum lists that were fetched already, by address. */
  readonly lists: Map<string, Promise<Buffer>>
}

/**
 * Finds out whether a file could be proved at all, before it is downloaded: there is a list that names it, a signature,
 * a signature inside that the hosts check, or leave to trust the download.
 * @throws ArtifactError that says what is missing
 */
export async function requireProof(artifact: Artifact, options: ProofOptions): Promise<void> {
  if (artifact.sha256 !== undefined) return
  const { checksums, signature, url } = artifact
  if (checksums !== undefined) await listedChecksum(artifact, checksums, options)
  if (checksums !== undefined || signature !== undefined) return
  if (artifact.authenticode === undefined && !options.trustDownload)
    throw new ArtifactError(
      `${describeArtifact(artifact)}: no sha256 is locked, and artifacts.yaml names no list of checksums and no signature`,
      'write the sha256 into artifacts.yaml, or accept what its HTTPS server sends now with --trust-download',
    )
  if (!isAuthentic(url))
    throw new ArtifactError(
      `${url} is not encrypted: what comes from there cannot be trusted the first time`,
      'use https://, or write the sha256 into artifacts.yaml yourself',
    )
}

/**
 * Decides whether a file is what artifacts.yaml means: by the locked checksum, else by upstream's list and signature,
 * all of them that there are.
 *
 * @param file the file, wherever it lies now
 * @param downloaded it came from the artifact's address just now: no other file may be trusted unseen
 * @throws ArtifactError
 */
export async function prove(
  artifact: Artifact,
  file: string,
  sha256: string,
  downloaded: boolean,
  options: ProofOptions,
): Promise<Proof> {
  if (artifact.sha256 !== undefined) {
    if (artifact.sha256 === sha256) return 'locked'
    throw new ArtifactError(
      `${downloaded ? artifact.url : file} has sha256 ${sha256}, and ${artifact.sha256} is locked`,
      `someone replaced or damaged it, unless you changed version or url: then remove the old sha256 at ${formatPosition(artifact.position)}`,
    )
  }
  await requireProof(artifact, options)
  const { checksums, signature } = artifact
  if (checksums !== undefined) {
    const expected = await listedChecksum(artifact, checksums, options)
    if (expected !== sha256)
      throw new ArtifactError(
        `${downloaded ? artifact.url : file} has sha256 ${sha256}, and ${checksums} says ${expected}`,
        'it was damaged or replaced on the way: fetch it again; if it stays so, ask upstream',
      )
  }
  if (signature !== undefined) await proveBySignature(artifact, signature, file, options)
  if (checksums !== undefined) return signature === undefined ? 'list' : 'list and signature'
  if (signature !== undefined) return 'signature'
  // Whatever came, no host runs it without the signature of the name that is written there.
  if (downloaded) return artifact.authenticode === undefined ? 'first download' : 'checked on hosts'
  throw new ArtifactError(`nothing says what ${file} must be`)
}

async function listedChecksum(artifact: Artifact, address: string, options: ProofOptions): Promise<string> {
  if (!isAuthentic(address))
    throw new ArtifactError(
      `${address} is not encrypted: anyone on the way can change the list`,
      'use https://, or write the sha256 into artifacts.yaml yourself',
    )
  let list = options.lists.get(address)
  if (list === undefined) {
    list = fetchShort(address, options)
    options.lists.set(address, list)
  }
  return findChecksum((await list).toString('utf8'), artifact.name, address)
}

async function proveBySignature(
  artifact: Artifact,
  address: string,
  file: string,
  options: ProofOptions,
): Promise<void> {
  const signature = await fetchShort(address, options)
  try {
    await checkSignature(file, signature, artifact.keys, options)
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error
    throw new ArtifactError(`${artifact.url}: ${error.message}`, error.hint)
  }
}
