/**
 * Variables that say how to reach a host and whom to become, with Ansible's names. Of several names for one setting
 * the last one set wins. Only inventories, plays and extra variables may set them, never what a host sent.
 */
export const SETTING_NAMES = {
  connection: ['ansible_connection'],
  host: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  privateKeyFile: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  privateKeyPassphrase: ['ansible_ssh_private_key_passphrase'],
  timeout: ['ansible_timeout', 'ansible_ssh_timeout'],
  hostKeyChecking: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  arguments: ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'],
  shell: ['ansible_shell_executable'],
  shellType: ['ansible_shell_type'],
  executable: ['ansible_ssh_executable'],
  retries: ['ansible_ssh_retries'],
  maxAuthTries: ['muster_max_auth_tries'],
  readTimeout: ['muster_read_timeout'],
  openTimeout: ['muster_open_timeout'],
  pushTimeout: ['muster_push_timeout'],
  become: ['ansible_become'],
  becomeMethod: ['ansible_become_method'],
  becomeUser: ['ansible_become_user', 'ansible_sudo_user'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  becomeExe: ['ansible_become_exe', 'ansible_sudo_exe'],
  becomeFlags: ['ansible_become_flags', 'ansible_sudo_flags'],
} as const satisfies Record<string, readonly string[]>

/** Settings of Ansible that muster has no use for and accepts, so that an inventory serves both. */
const ANSIBLES_OWN = [
  'ansible_group_priority',
  'ansible_python_interpreter',
  'ansible_ssh_pipelining',
  'ansible_pipelining',
  'ansible_ssh_use_tty',
  'ansible_remote_tmp',
  'ansible_sftp_extra_args',
  'ansible_scp_extra_args',
]

/** All names of connection variables, for checks of what users write. */
export const CONNECTION_VARIABLES: ReadonlySet<string> = new Set([
  ...Object.values(SETTING_NAMES).flat(),
  ...ANSIBLES_OWN,
])
