import { join } from 'node:path'
import { fromMirror, mirrorHas } from './releases/from-mirror.ts'
import { type Collector, MIRRORED, type MirroredProgram } from './releases/releases.ts'

/**
 * A program that is nowhere but in the mirror that MUSTER_ARTIFACTS names.
 *
 * @returns undefined when no mirror is named, or it has no such program: then tests that need it are skipped
 * @throws Error when the mirror has it and it is not what its list says
 */
export async function mirrored(name: MirroredProgram['name']): Promise<Collector | undefined> {
  const mirror = process.env['MUSTER_ARTIFACTS']
  const release = MIRRORED.find((each) => each.name === name)!
  if (!mirror || !(await mirrorHas(mirror, release))) return undefined
  return fromMirror(mirror, release, join(import.meta.dirname, '../../.cache/artifacts'))
}
