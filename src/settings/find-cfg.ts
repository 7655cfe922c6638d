import { access, constants, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Problem } from '../values/problem.ts'

/** Where ansible.cfg is; undefined when there is none. */
export interface FoundCfg {
  readonly path: string | undefined
  readonly warnings: readonly Problem[]
}

/**
 * Finds ansible.cfg as Ansible does: `ANSIBLE_CONFIG` (a file, or a folder that holds it), the working directory unless
 * everybody may write there, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`. The first that can be read is the only one.
 */
export async function findCfg(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
  home = homedir(),
): Promise<FoundCfg> {
  const warnings: Problem[] = []
  const named = environment['ANSIBLE_CONFIG']
  if (named !== undefined && named !== '') {
    const path = resolve(directory, named.replace(/^~(?=\/|$)/, home))
    const file = (await isDirectory(path)) ? join(path, 'ansible.cfg') : path
    if (await canRead(file)) return { path: file, warnings }
    warnings.push({ message: `ANSIBLE_CONFIG names ${file}, which cannot be read` })
  }
  const here = join(directory, 'ansible.cfg')
  if (await canRead(here)) {
    const { mode } = await stat(directory)
    if ((mode & 0o002) === 0) return { path: here, warnings }
    warnings.push({
      message: `${here} is not read, since everybody may write into its folder`,
      hint: `chmod o-w ${directory}, or name it: ANSIBLE_CONFIG=${here}`,
    })
  }
  for (const path of [join(home, '.ansible.cfg'), '/etc/ansible/ansible.cfg']) {
    if (await canRead(path)) return { path, warnings }
  }
  return { path: undefined, warnings }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function canRead(path: string): Promise<boolean> {
  return (
    !(await isDirectory(path)) &&
    access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
  )
}
