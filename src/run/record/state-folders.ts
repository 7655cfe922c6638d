import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../values/problem.ts'

/**
 * muster's own folder for the journals of its runs, after the XDG Base Directory Specification; made when missing, for
 * the user alone (0700). A relative XDG path is ignored, as the specification says. muster caches nothing, so there is
 * no cache folder.
 * @throws InputError when it cannot be made or written
 */
export async function stateFolder(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['XDG_STATE_HOME']
  const base = named?.startsWith('/') ? named : join(environment['HOME'] ?? homedir(), '.local/state')
  const folder = join(base, 'muster')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError([
      {
        message: `muster's folder for journals ${folder} cannot be written: ${reason}`,
        hint: 'name another place in XDG_STATE_HOME; without a journal nothing could be cleaned up after a run that dies',
      },
    ])
  }
  return folder
}
