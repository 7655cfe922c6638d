import type { HostPath } from '../expand-path.ts'

/** A path as the host's `m_path` takes it. */
export function windowsPath(path: HostPath): string {
  return typeof path === 'string' ? path : `${path.directory.replace(/[\\/]$/, '')}\\${path.name}`
}
