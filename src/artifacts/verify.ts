import type { Artifact } from './artifact.ts'
import { sha256IfThere } from './download.ts'
import { pathIn } from './folder.ts'

/** What a file in the folder is, without any network. */
type FolderState = 'ok' | 'missing' | 'wrong' | 'not locked'

export interface VerifyResult {
  readonly artifact: Artifact
  readonly path: string
  readonly state: FolderState
  /** Of the file that is there. */
  readonly sha256: string | undefined
}

/** Compares the files of a folder with the locked checksums. @throws ArtifactError when a file cannot be read */
export async function verifyArtifacts(
  artifacts: readonly Artifact[],
  folder: string,
): Promise<VerifyResult[]> {
  const results: VerifyResult[] = []
  for (const artifact of artifacts) {
    const path = pathIn(folder, artifact)
    const sha256 = await sha256IfThere(path)
    const state =
      sha256 === undefined
        ? 'missing'
        : artifact.sha256 === undefined
          ? 'not locked'
          : artifact.sha256 === sha256
            ? 'ok'
            : 'wrong'
    results.push({ artifact, path, state, sha256 })
  }
  return results
}
