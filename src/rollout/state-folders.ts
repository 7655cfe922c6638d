import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * muster's own folder for the journals of its runs, after the XDG Base Directory Specification; made when missing, for
 * the user alone (0700). A relative XDG path is ignored, as the specification says. muster caches nothing, so there is
 * no cache folder.
 */
export async function stateFolder(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['XDG_STATE_HOME']
  const base = named?.startsWith('/') ? named : join(environment['HOME'] ?? homedir(), '.local/state')
  const folder = join(base, 'muster')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}
