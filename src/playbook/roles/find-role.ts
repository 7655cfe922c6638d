import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, isAbsolute, join, resolve } from 'node:path'

/** Where roles are looked for beside the playbook; Ansible's own places unless ansible.cfg names others. */
export interface RolePlaces {
  readonly rolesPath?: readonly string[] | undefined
  readonly collectionsPath?: readonly string[] | undefined
}

export interface FoundRole {
  readonly name: string
  readonly path: string
  readonly collection?: string
}

const ROLES = [join(homedir(), '.ansible/roles'), '/usr/share/ansible/roles', '/etc/ansible/roles']
const COLLECTIONS = [join(homedir(), '.ansible/collections'), '/usr/share/ansible/collections']

/**
 * The folder of a role: of a collection when the name has two dots, else beside the playbook in `roles/`, on the roles path,
 * beside the role that depends on it, beside the playbook; a path is taken as one.
 * @param beside the folder in which the role lies that depends on it
 */
export async function findRole(
  name: string,
  directory: string,
  { rolesPath = ROLES, collectionsPath = COLLECTIONS }: RolePlaces,
  beside?: string,
): Promise<FoundRole | { readonly searched: readonly string[] }> {
  const inCollection = /^(\w+)\.(\w+)\.(\w+)$/.exec(name)
  if (inCollection !== null) {
    const [, namespace, collection, role] = inCollection as unknown as [string, string, string, string]
    for (const root of [join(directory, 'collections'), ...collectionsPath]) {
      const path = join(root, 'ansible_collections', namespace, collection, 'roles', role)
      if (await isFolder(path)) return { name: role, path, collection: `${namespace}.${collection}` }
    }
  }
  const searched = [
    join(directory, 'roles'),
    ...rolesPath,
    ...(beside === undefined ? [] : [beside]),
    resolve(directory),
  ]
  for (const folder of isAbsolute(name) ? [] : searched)
    if (await isFolder(join(folder, name))) return { name, path: join(folder, name) }
  if (await isFolder(resolve(name))) return { name: basename(name), path: resolve(name) }
  return { searched }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
