import { fullName, type Role, type RoleParts } from '../../playbook/roles/role.ts'

/** The magic names that tell of roles. */
export function roleNames(roles: readonly Role[], role: Role | undefined) {
  const names = (some: readonly RoleParts[]) => [...new Set(some.map(fullName))]
  const dependencies = roles.flatMap((each) => each.dependencies)
  const includers = role === undefined || role.includers.length === 0 ? undefined : role.includers
  return {
    ansible_role_names: () => names([...dependencies, ...roles]),
    ansible_play_role_names: () => roles.map(fullName),
    ansible_dependent_role_names: () => names(dependencies),
    role_names: () => roles.map(fullName),
    role_name: () => role?.name,
    role_path: () => role?.path,
    ansible_role_name: () => role && fullName(role),
    ansible_collection_name: () => role && (role.collection ?? null),
    ansible_parent_role_names: () => includers?.map(fullName),
    ansible_parent_role_paths: () => includers?.map(({ path }) => path),
  }
}
