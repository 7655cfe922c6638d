/** Variables that muster itself sets for every host. */
export const MAGIC_NAMES: ReadonlySet<string> = new Set([
  'inventory_hostname',
  'inventory_hostname_short',
  'inventory_file',
  'inventory_dir',
  'group_names',
  'groups',
  'hostvars',
  'playbook_dir',
])
