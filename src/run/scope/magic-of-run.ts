import type { Value } from '../../values/value.ts'

/** Names that every scope of a run gives a host beside those of the inventory. */
export const MAGIC_OF_RUN = [
  'hostvars',
  'playbook_dir',
  'ansible_play_name',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'ansible_check_mode',
  'ansible_diff_mode',
  'ansible_limit',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_forks',
  'ansible_verbosity',
  'ansible_version',
  'ansible_facts',
  'ansible_search_path',
  'ansible_playbook_python',
  'ansible_role_names',
  'ansible_play_role_names',
  'ansible_dependent_role_names',
  'role_names',
  'role_name',
  'role_path',
  'ansible_role_name',
  'ansible_collection_name',
  'ansible_parent_role_names',
  'ansible_parent_role_paths',
  'ansible_inventory_sources',
  'ansible_config_file',
  'play_hosts',
  'environment',
  'vars',
  'muster_run',
] as const

/** The version of ansible-core whose meaning muster keeps, for playbooks that ask. */
export const ANSIBLE_VERSION: Value = new Map<string, Value>([
  ['full', '2.19.14'],
  ['major', 2],
  ['minor', 19],
  ['revision', 14],
  ['string', '2.19.14'],
])

/** The same, to look one up. */
export const MAGIC: ReadonlySet<string> = new Set(MAGIC_OF_RUN)
