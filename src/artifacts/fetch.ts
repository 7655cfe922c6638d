import pLimit from 'p-limit'
import type { Artifact, ArtifactsFile } from './artifact.ts'
import { ArtifactError } from './artifact-error.ts'
import { download, sha256IfThere } from './download.ts'
import { pathIn } from './folder.ts'
import type { FetchOptions } from './http.ts'
import { lockChecksum } from './lock.ts'
import { type Proof, type ProofOptions, prove, requireProof } from './prove.ts'

/** Downloads at once: release servers slow down whoever asks for more. */
const AT_ONCE = 3

export interface FetchFolderOptions extends FetchOptions {
  readonly trustDownload: boolean
  /** Told as each file ends. */
  readonly done: (result: FetchResult) => void
}

export type FetchResult =
  | {
      readonly artifact: Artifact
      readonly path: string
      readonly state: 'fetched' | 'present'
      readonly proof: Proof
      /** Bytes; 0 for a file that was there. */
      readonly bytes: number
      /** The checksum was written into artifacts.yaml. */
      readonly locked: boolean
    }
  | {
      readonly artifact: Artifact
      readonly path: string
      readonly state: 'failed'
      readonly error: ArtifactError
    }

/**
 * Fills a folder: what is there and right stays, what is missing is downloaded and checked, and a checksum that was not
 * known is locked in artifacts.yaml. One file's failure does not stop the others.
 */
export async function fetchArtifacts(
  file: ArtifactsFile,
  artifacts: readonly Artifact[],
  folder: string,
  options: FetchFolderOptions,
): Promise<FetchResult[]> {
  const limit = pLimit(AT_ONCE)
  const lists = new Map<string, Promise<Buffer>>()
  const proof: ProofOptions = { ...options, lists }
  // One edit after the other: each reads what the one before wrote.
  let edits: Promise<unknown> = Promise.resolve()
  const lock = (artifact: Artifact, sha256: string) => {
    const edit = edits.then(() => lockChecksum(file.path, artifact, sha256))
    edits = edit.catch(() => {})
    return edit
  }
  return limit.map(artifacts, async (artifact) => {
    const result = await fetchOne(artifact, pathIn(folder, artifact), proof, lock)
    options.done(result)
    return result
  })
}

async function fetchOne(
  artifact: Artifact,
  path: string,
  options: ProofOptions,
  lock: (artifact: Artifact, sha256: string) => Promise<void>,
): Promise<FetchResult> {
  try {
    options.signal.throwIfAborted()
    const there = await sha256IfThere(path)
    const proved = there === undefined ? undefined : await proveThere(artifact, path, there, options)
    if (proved !== undefined && there !== undefined) {
      if (proved !== 'locked') await lock(artifact, there)
      return { artifact, path, state: 'present', proof: proved, bytes: 0, locked: proved !== 'locked' }
    }
    await requireProof(artifact, options)
    let proof: Proof | undefined
    const { bytes } = await download(artifact.url, path, options, async (part, { sha256 }) => {
      proof = await prove(artifact, part, sha256, true, options)
      // Before the file gets its name: a file in the folder has its checksum in artifacts.yaml.
      if (proof !== 'locked') await lock(artifact, sha256)
    })
    return { artifact, path, state: 'fetched', proof: proof!, bytes, locked: proof !== 'locked' }
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error
    return { artifact, path, state: 'failed', error }
  }
}

/** How a file that lies in the folder already is proved; undefined when it is not and must be downloaded. */
async function proveThere(
  artifact: Artifact,
  path: string,
  sha256: string,
  options: ProofOptions,
): Promise<Proof | undefined> {
  try {
    return await prove(artifact, path, sha256, false, options)
  } catch (error) {
    if (error instanceof ArtifactError) return undefined
    throw error
  }
}
