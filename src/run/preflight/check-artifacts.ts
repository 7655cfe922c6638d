import { checkAddress } from '../../artifacts/address.ts'
import { DELIVERIES } from '../../artifacts/artifact.ts'
import { placeOf } from '../../values/places.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isDict, type Value } from '../../values/value.ts'
import { PinnedArtifacts } from '../scope/artifacts/variables.ts'
import type { PlaybookFiles } from '../scope/controller-files.ts'

/**
 * Checks the files of the variable `artifacts`: there, and with the checksum given. A file that is right is pinned, so
 * that a run does not send it when it changes later. Files are hashed once, for all hosts and for the tasks that send
 * them.
 *
 * @param artifacts the variable's value
 * @param written the same as the user wrote it, for places
 */
export async function checkArtifacts(
  artifacts: Value,
  written: Value,
  files: PlaybookFiles,
): Promise<Problem[]> {
  if (!isDict(artifacts))
    return [{ message: 'artifacts must be a mapping of names to {path, sha256}', position: placeOf(written) }]
  const pinned = written instanceof PinnedArtifacts
  const problems: Problem[] = []
  for (const [name, artifact] of artifacts) {
    const source = isDict(written) ? (written.get(name) ?? null) : null
    const at = (key: string) => placeOf(source, key) ?? placeOf(written, name) ?? placeOf(written)
    const problem = await checkArtifact(String(name), artifact, { at, pinned, files })
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}

interface Checking {
  readonly at: (key: string) => Position | undefined
  /** Entries may come from artifacts.yaml: its own command mends them. */
  readonly pinned: boolean
  readonly files: PlaybookFiles
}

async function checkArtifact(
  name: string,
  artifact: Value,
  checking: Checking,
): Promise<Problem | undefined> {
  const { at, files } = checking
  if (!isDict(artifact))
    return { message: `artifact '${name}' must be a mapping with path and sha256`, position: at('') }
  // Entries of artifacts.yaml say for which platform they are.
  const fetched = checking.pinned && artifact.has('platform')
  const path = artifact.get('path')
  if (typeof path !== 'string' || path === '')
    return {
      message: `artifact '${name}' has no path`,
      position: at('path'),
      hint: 'give the path of the file on this machine, relative to the playbook or absolute',
    }
  const sha256 = artifact.get('sha256')
  if (typeof sha256 !== 'string' || !/^[0-9a-fA-F]{64}$/.test(sha256))
    return {
      message: fetched
        ? `no sha256 is locked for artifact '${name}'`
        : `artifact '${name}' needs its sha256 (64 hexadecimal digits)`,
      position: at('sha256'),
      hint: fetched
        ? `muster artifacts fetch ${name}`
        : `take it from upstream's list of checksums, not from the file you have`,
    }
  const found = await files.find('files', path).catch((error: unknown) => {
    if (error instanceof TaskFailure) return error
    throw error
  })
  if (found instanceof TaskFailure)
    return {
      message: `artifact '${name}': there is no file ${path}`,
      position: at('path'),
      hint: fetched
        ? `muster artifacts fetch ${name}, here or on another machine`
        : `fetch it first, or correct its path (${found.hint})`,
    }
  if (found.sha256 !== sha256.toLowerCase())
    return {
      message: `artifact '${name}': ${found.path} has sha256 ${found.sha256}, not ${sha256.toLowerCase()}`,
      position: at('sha256'),
      hint: 'it is another version, or was damaged or replaced: fetch it again and compare with upstream',
    }
  const delivery = artifact.get('delivery') ?? 'push'
  const url = artifact.get('url')
  if (!DELIVERIES.some((each) => each === delivery))
    return {
      message: `delivery of artifact '${name}' must be push or url`,
      position: at('delivery'),
    }
  if (delivery === 'url' && (typeof url !== 'string' || checkAddress(url) !== undefined))
    return {
      message: `artifact '${name}' has delivery: url and no address that hosts can fetch`,
      position: at('url'),
      hint: 'give its url, http:// or https://, without user and password',
    }
  files.pin(found.path, found.sha256, delivery === 'url' ? String(url) : undefined)
  return undefined
}
