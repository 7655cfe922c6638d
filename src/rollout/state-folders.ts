import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** muster's own folders, after the XDG Base Directory Specification. */
export interface StateFolders {
  /** Journals of the runs. */
  readonly state: string
  /** What can be made again. */
  readonly cache: string
}

/** The folders, made when missing, for the user alone (0700). A relative XDG path is ignored, as the specification says. */
export async function stateFolders(environment: NodeJS.ProcessEnv = process.env): Promise<StateFolders> {
  const base = (name: string, fallback: string): string => {
    const value = environment[name]
    return value?.startsWith('/') ? value : join(environment['HOME'] ?? homedir(), fallback)
  }
  const folders = {
    state: join(base('XDG_STATE_HOME', '.local/state'), 'muster'),
    cache: join(base('XDG_CACHE_HOME', '.cache'), 'muster'),
  }
  await mkdir(folders.state, { recursive: true, mode: 0o700 })
  await mkdir(folders.cache, { recursive: true, mode: 0o700 })
  return folders
}
