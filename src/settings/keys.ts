/** A setting of Ansible that muster obeys: how its text is read, and where it may stand. */
export interface KeySpec {
  readonly type: 'text' | 'boolean' | 'integer' | 'path' | 'paths' | 'commas' | 'hash' | 'gathering'
  /** Places in ansible.cfg, `section.key`; the first that is set counts. */
  readonly ini: readonly string[]
  /** Variables of the environment, which beat the file; the first that is set counts. */
  readonly env: readonly string[]
}

/** Everything that muster obeys, by the names that its code uses. */
export const OBEYED = {
  inventory: { type: 'commas', ini: ['defaults.inventory'], env: ['ANSIBLE_INVENTORY'] },
  rolesPath: { type: 'paths', ini: ['defaults.roles_path'], env: ['ANSIBLE_ROLES_PATH'] },
  collectionsPath: {
    type: 'paths',
    ini: ['defaults.collections_path', 'defaults.collections_paths'],
    env: ['ANSIBLE_COLLECTIONS_PATH'],
  },
  hostKeyChecking: {
    type: 'boolean',
    ini: ['ssh_connection.host_key_checking', 'defaults.host_key_checking'],
    env: ['ANSIBLE_SSH_HOST_KEY_CHECKING', 'ANSIBLE_HOST_KEY_CHECKING'],
  },
  remoteUser: { type: 'text', ini: ['defaults.remote_user'], env: ['ANSIBLE_REMOTE_USER'] },
  remotePort: { type: 'integer', ini: ['defaults.remote_port'], env: ['ANSIBLE_REMOTE_PORT'] },
  privateKeyFile: { type: 'path', ini: ['defaults.private_key_file'], env: ['ANSIBLE_PRIVATE_KEY_FILE'] },
  transport: { type: 'text', ini: ['defaults.transport'], env: ['ANSIBLE_TRANSPORT'] },
  forks: { type: 'integer', ini: ['defaults.forks'], env: ['ANSIBLE_FORKS'] },
  timeout: {
    type: 'integer',
    ini: ['ssh_connection.timeout', 'defaults.timeout'],
    env: ['ANSIBLE_SSH_TIMEOUT', 'ANSIBLE_TIMEOUT'],
  },
  sshArgs: { type: 'text', ini: ['ssh_connection.ssh_args'], env: ['ANSIBLE_SSH_ARGS'] },
  sshCommonArgs: { type: 'text', ini: ['ssh_connection.ssh_common_args'], env: ['ANSIBLE_SSH_COMMON_ARGS'] },
  sshExtraArgs: { type: 'text', ini: ['ssh_connection.ssh_extra_args'], env: ['ANSIBLE_SSH_EXTRA_ARGS'] },
  become: { type: 'boolean', ini: ['privilege_escalation.become'], env: ['ANSIBLE_BECOME'] },
  becomeMethod: {
    type: 'text',
    ini: ['privilege_escalation.become_method'],
    env: ['ANSIBLE_BECOME_METHOD'],
  },
  becomeUser: {
    type: 'text',
    ini: ['sudo_become_plugin.user', 'privilege_escalation.become_user'],
    env: ['ANSIBLE_BECOME_USER', 'ANSIBLE_SUDO_USER'],
  },
  becomeExe: {
    type: 'text',
    ini: ['sudo_become_plugin.executable', 'privilege_escalation.become_exe'],
    env: ['ANSIBLE_BECOME_EXE', 'ANSIBLE_SUDO_EXE'],
  },
  becomeFlags: {
    type: 'text',
    ini: ['sudo_become_plugin.flags', 'privilege_escalation.become_flags'],
    env: ['ANSIBLE_BECOME_FLAGS', 'ANSIBLE_SUDO_FLAGS'],
  },
  becomeAskPass: {
    type: 'boolean',
    ini: ['privilege_escalation.become_ask_pass'],
    env: ['ANSIBLE_BECOME_ASK_PASS'],
  },
  becomePasswordFile: {
    type: 'path',
    ini: ['defaults.become_password_file'],
    env: ['ANSIBLE_BECOME_PASSWORD_FILE'],
  },
  askVaultPass: { type: 'boolean', ini: ['defaults.ask_vault_pass'], env: ['ANSIBLE_ASK_VAULT_PASS'] },
  vaultPasswordFile: {
    type: 'path',
    ini: ['defaults.vault_password_file'],
    env: ['ANSIBLE_VAULT_PASSWORD_FILE'],
  },
  vaultIdentities: {
    type: 'commas',
    ini: ['defaults.vault_identity_list'],
    env: ['ANSIBLE_VAULT_IDENTITY_LIST'],
  },
  vaultEncryptIdentity: {
    type: 'text',
    ini: ['defaults.vault_encrypt_identity'],
    env: ['ANSIBLE_VAULT_ENCRYPT_IDENTITY'],
  },
  hashBehaviour: { type: 'hash', ini: ['defaults.hash_behaviour'], env: ['ANSIBLE_HASH_BEHAVIOUR'] },
  gathering: { type: 'gathering', ini: ['defaults.gathering'], env: ['ANSIBLE_GATHERING'] },
  diff: { type: 'boolean', ini: ['diff.always'], env: ['ANSIBLE_DIFF_ALWAYS'] },
  verbosity: { type: 'integer', ini: ['defaults.verbosity'], env: ['ANSIBLE_VERBOSITY'] },
  runTags: { type: 'commas', ini: ['tags.run'], env: ['ANSIBLE_RUN_TAGS'] },
  skipTags: { type: 'commas', ini: ['tags.skip'], env: ['ANSIBLE_SKIP_TAGS'] },
} as const satisfies Record<string, KeySpec>

export type SettingName = keyof typeof OBEYED
