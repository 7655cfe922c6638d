import { join } from 'node:path'
import type { Artifact } from './artifact.ts'

/**
 * Where a file lies below a folder of artifacts: PRODUCT/VERSION/PLATFORM-ARCHITECTURE/NAME. Upstream names some files
 * alike for every architecture (amazon-ssm-agent.deb), so the name alone would not do.
 */
export function pathIn(folder: string, artifact: Artifact): string {
  const { product, version, platform, architecture, name } = artifact
  return join(folder, product, version, `${platform}-${architecture}`, name)
}
