/** Why a setting of Ansible that muster does not obey needs no word, or what its reader has to know. */
export interface Unobeyed {
  readonly harmless: boolean
  readonly why: string
}

/*
 * The settings of ansible-core 2.19 beside those in keys.ts, by section; `key=VARIABLE` where the variable of the
 * environment is not ANSIBLE_KEY, `key!` where there is none.
 */
const GROUPS: readonly (Unobeyed & { readonly keys: string })[] = [
  {
    harmless: true,
    why: 'it is about what Ansible prints',
    keys: `
  callback_tree: directory=ANSIBLE_CALLBACK_TREE_DIR
  colors: changed=ANSIBLE_COLOR_CHANGED console_prompt=ANSIBLE_COLOR_CONSOLE_PROMPT
    debug=ANSIBLE_COLOR_DEBUG deprecate=ANSIBLE_COLOR_DEPRECATE diff_add=ANSIBLE_COLOR_DIFF_ADD
    diff_lines=ANSIBLE_COLOR_DIFF_LINES diff_remove=ANSIBLE_COLOR_DIFF_REMOVE
    doc_constant=ANSIBLE_COLOR_DOC_CONSTANT doc_deprecated=ANSIBLE_COLOR_DOC_DEPRECATED
    doc_link=ANSIBLE_COLOR_DOC_LINK doc_module=ANSIBLE_COLOR_DOC_MODULE doc_plugin=ANSIBLE_COLOR_DOC_PLUGIN
    doc_reference=ANSIBLE_COLOR_DOC_REFERENCE error=ANSIBLE_COLOR_ERROR highlight=ANSIBLE_COLOR_HIGHLIGHT
    included=ANSIBLE_COLOR_INCLUDED ok=ANSIBLE_COLOR_OK skip=ANSIBLE_COLOR_SKIP
    unreachable=ANSIBLE_COLOR_UNREACHABLE verbose=ANSIBLE_COLOR_VERBOSE warn=ANSIBLE_COLOR_WARN
  defaults: action_warnings bin_ansible_callbacks=ANSIBLE_LOAD_CALLBACK_PLUGINS callback_format_pretty
    callback_result_format callbacks_enabled check_mode_markers collections_on_ansible_version_mismatch
    cow_selection cowpath=ANSIBLE_COW_PATH cowsay_enabled_stencils=ANSIBLE_COW_ACCEPTLIST debug
    deprecation_warnings devel_warning display_args_to_stdout display_failed_stderr display_ok_hosts
    display_skipped_hosts display_traceback docsite_root_url! editor force_color localhost_warning
    log_filter log_verbosity no_target_syslog nocolor nocows old_plugin_cache_clear pager show_custom_stats
    show_per_host_start show_task_path_on_failure stdout_callback syslog_facility system_warnings
    target_log_info validate_action_group_metadata verbose_to_stderr
  inventory: inventory_unparsed_warning`,
  },
  {
    harmless: true,
    why: 'it is about Python on the hosts and the ways modules get there, of which muster has no need',
    keys: `
  connection: pipelining=ANSIBLE_PIPELINING,ANSIBLE_SSH_PIPELINING
  defaults: admin_users allow_world_readable_tmpfiles=ANSIBLE_SHELL_ALLOW_WORLD_READABLE_TEMP
    common_remote_group home internal_poll_interval! interpreter_python=ANSIBLE_PYTHON_INTERPRETER
    keep_remote_files local_tmp=ANSIBLE_LOCAL_TEMP module_compression! module_ignore_exts
    module_strict_utf8_response pipelining=ANSIBLE_PIPELINING,ANSIBLE_SSH_PIPELINING
    python_module_rlimit_nofile remote_tmp=ANSIBLE_REMOTE_TEMP,ANSIBLE_REMOTE_TMP system_tmpdirs
  powershell: async_dir! remote_tmp!
  ssh_connection: control_path=ANSIBLE_SSH_CONTROL_PATH control_path_dir=ANSIBLE_SSH_CONTROL_PATH_DIR
    password_mechanism=ANSIBLE_SSH_PASSWORD_MECHANISM pipelining=ANSIBLE_PIPELINING,ANSIBLE_SSH_PIPELINING
    scp_executable scp_extra_args sftp_batch_mode sftp_executable sftp_extra_args sshpass_prompt
    transfer_method=ANSIBLE_SSH_TRANSFER_METHOD usetty=ANSIBLE_SSH_USETTY verbosity=ANSIBLE_SSH_VERBOSITY`,
  },
  {
    harmless: true,
    why: 'it is about ansible-galaxy, ad hoc commands, network devices or connections that muster does not have',
    keys: `
  defaults: module_args module_name! network_group_modules su use_persistent_connections
    win_async_startup_timeout
  galaxy: cache_dir=ANSIBLE_GALAXY_CACHE_DIR collection_skeleton=ANSIBLE_GALAXY_COLLECTION_SKELETON
    collection_skeleton_ignore=ANSIBLE_GALAXY_COLLECTION_SKELETON_IGNORE
    collections_path_warning=ANSIBLE_GALAXY_COLLECTIONS_PATH_WARNING
    disable_gpg_verify=ANSIBLE_GALAXY_DISABLE_GPG_VERIFY display_progress=ANSIBLE_GALAXY_DISPLAY_PROGRESS
    gpg_keyring=ANSIBLE_GALAXY_GPG_KEYRING ignore_certs=ANSIBLE_GALAXY_IGNORE
    ignore_signature_status_codes=ANSIBLE_GALAXY_IGNORE_SIGNATURE_STATUS_CODES
    required_valid_signature_count=ANSIBLE_GALAXY_REQUIRED_VALID_SIGNATURE_COUNT
    role_skeleton=ANSIBLE_GALAXY_ROLE_SKELETON role_skeleton_ignore=ANSIBLE_GALAXY_ROLE_SKELETON_IGNORE
    server=ANSIBLE_GALAXY_SERVER server_list=ANSIBLE_GALAXY_SERVER_LIST
    server_timeout=ANSIBLE_GALAXY_SERVER_TIMEOUT token_path=ANSIBLE_GALAXY_TOKEN_PATH
  netconf_connection: ssh_config=ANSIBLE_NETCONF_SSH_CONFIG
  paramiko_connection: banner_timeout=ANSIBLE_PARAMIKO_BANNER_TIMEOUT
    host_key_auto_add=ANSIBLE_PARAMIKO_HOST_KEY_AUTO_ADD
    host_key_checking=ANSIBLE_PARAMIKO_HOST_KEY_CHECKING look_for_keys=ANSIBLE_PARAMIKO_LOOK_FOR_KEYS
    private_key_file=ANSIBLE_PARAMIKO_PRIVATE_KEY_FILE proxy_command=ANSIBLE_PARAMIKO_PROXY_COMMAND
    pty=ANSIBLE_PARAMIKO_PTY record_host_keys=ANSIBLE_PARAMIKO_RECORD_HOST_KEYS
    remote_port=ANSIBLE_REMOTE_PARAMIKO_PORT remote_user=ANSIBLE_PARAMIKO_REMOTE_USER
    timeout=ANSIBLE_PARAMIKO_TIMEOUT use_rsa_sha2_algorithms=ANSIBLE_PARAMIKO_USE_RSA_SHA2_ALGORITHMS
  persistent_connection: ansible_connection_path=ANSIBLE_CONNECTION_PATH
    command_timeout=ANSIBLE_PERSISTENT_COMMAND_TIMEOUT
    connect_retry_timeout=ANSIBLE_PERSISTENT_CONNECT_RETRY_TIMEOUT
    connect_timeout=ANSIBLE_PERSISTENT_CONNECT_TIMEOUT control_path_dir=ANSIBLE_PERSISTENT_CONTROL_PATH_DIR
  runas_become_plugin: flags=ANSIBLE_RUNAS_FLAGS password=ANSIBLE_BECOME_PASS,ANSIBLE_RUNAS_PASS
    user=ANSIBLE_RUNAS_USER
  su_become_plugin: executable=ANSIBLE_SU_EXE flags=ANSIBLE_SU_FLAGS
    localized_prompts=ANSIBLE_SU_PROMPT_L10N password=ANSIBLE_BECOME_PASS,ANSIBLE_SU_PASS
    user=ANSIBLE_SU_USER
  winrm: kinit_env_vars!`,
  },
  {
    harmless: true,
    why: 'muster always does what its safe value says, or has no need of it',
    keys: `
  defaults: allow_unsafe_lookups! error_on_missing_handler invalid_task_attribute_failed jinja2_native
    null_representation retry_files_enabled retry_files_save_path
  inventory: any_unparsed_is_failed=ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED host_pattern_mismatch
    unparsed_is_failed=ANSIBLE_INVENTORY_UNPARSED_FAILED
  inventory_plugin_script: always_show_stderr=ANSIBLE_INVENTORY_PLUGIN_SCRIPT_STDERR
  privilege_escalation: agnostic_become_prompt become_allow_same_user`,
  },
  {
    harmless: false,
    why: 'muster runs no plugins and modules written in Python',
    keys: `
  defaults: action_plugins become_plugins cache_plugins callback_plugins cliconf_plugins
    collections_scan_sys_path connection_plugins doc_fragment_plugins facts_modules filter_plugins
    httpapi_plugins inventory_plugins jinja2_extensions library lookup_plugins module_utils netconf_plugins
    plugin_filters_cfg! run_vars_plugins strategy_plugins terminal_plugins test_plugins vars_plugins
    vars_plugins_enabled=ANSIBLE_VARS_ENABLED
  inventory: enable_plugins=ANSIBLE_INVENTORY_ENABLED`,
  },
  {
    harmless: false,
    why: 'muster has no such setting',
    keys: `
  connection: retries=ANSIBLE_SSH_RETRIES ssh_agent ssh_agent_executable ssh_agent_key_lifetime
  defaults: allow_broken_conditionals allow_embedded_templates ansible_managed! any_errors_fatal ask_pass
    async_dir connection_password_file duplicate_dict_key=ANSIBLE_DUPLICATE_YAML_DICT_KEY
    enable_task_debugger error_on_undefined_vars executable
    fact_caching=ANSIBLE_CACHE_PLUGIN,ANSIBLE_INVENTORY_CACHE_PLUGIN
    fact_caching_connection=ANSIBLE_CACHE_PLUGIN_CONNECTION,ANSIBLE_INVENTORY_CACHE_CONNECTION
    fact_caching_prefix=ANSIBLE_CACHE_PLUGIN_PREFIX,ANSIBLE_INVENTORY_CACHE_PLUGIN_PREFIX
    fact_caching_timeout=ANSIBLE_CACHE_PLUGIN_TIMEOUT,ANSIBLE_INVENTORY_CACHE_TIMEOUT force_handlers
    force_valid_group_names=ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS
    inject_facts_as_vars=ANSIBLE_INJECT_FACT_VARS inventory_ignore_extensions=ANSIBLE_INVENTORY_IGNORE
    inventory_ignore_patterns=ANSIBLE_INVENTORY_IGNORE_REGEX log_path max_diff_size no_log playbook_dir
    playbook_vars_root poll_interval precedence private_role_vars strategy task_debugger_ignore_errors
    task_timeout vault_encrypt_salt vault_id_match vault_identity
    yaml_valid_extensions=ANSIBLE_INVENTORY_PLUGIN_EXTS,ANSIBLE_YAML_FILENAME_EXT
  diff: context=ANSIBLE_DIFF_CONTEXT
  inventory: cache=ANSIBLE_INVENTORY_CACHE
    cache_connection=ANSIBLE_CACHE_PLUGIN_CONNECTION,ANSIBLE_INVENTORY_CACHE_CONNECTION
    cache_plugin=ANSIBLE_CACHE_PLUGIN,ANSIBLE_INVENTORY_CACHE_PLUGIN
    cache_prefix=ANSIBLE_CACHE_PLUGIN_PREFIX,ANSIBLE_INVENTORY_CACHE_PLUGIN_PREFIX
    cache_timeout=ANSIBLE_CACHE_PLUGIN_TIMEOUT,ANSIBLE_INVENTORY_CACHE_TIMEOUT
    export=ANSIBLE_INVENTORY_EXPORT ignore_extensions=ANSIBLE_INVENTORY_IGNORE
    ignore_patterns=ANSIBLE_INVENTORY_IGNORE_REGEX
  inventory_plugin_yaml: yaml_valid_extensions=ANSIBLE_INVENTORY_PLUGIN_EXTS,ANSIBLE_YAML_FILENAME_EXT
  inventory_plugins: use_extra_vars=ANSIBLE_INVENTORY_USE_EXTRA_VARS
  jinja2: dont_type_filters=ANSIBLE_STRING_TYPE_FILTERS
  selinux: libvirt_lxc_noseclabel special_context_filesystems=ANSIBLE_SELINUX_SPECIAL_FS
  ssh_connection: pkcs11_provider retries=ANSIBLE_SSH_RETRIES ssh_executable
  sudo_become_plugin: chdir=ANSIBLE_SUDO_CHDIR password=ANSIBLE_BECOME_PASS,ANSIBLE_SUDO_PASS
  url_lookup: agent=ANSIBLE_LOOKUP_URL_AGENT ca_path=ANSIBLE_LOOKUP_URL_CA_PATH
    ciphers=ANSIBLE_LOOKUP_URL_CIPHERS follow_redirects=ANSIBLE_LOOKUP_URL_FOLLOW_REDIRECTS
    force=ANSIBLE_LOOKUP_URL_FORCE force_basic_auth=ANSIBLE_LOOKUP_URL_FORCE_BASIC_AUTH
    timeout=ANSIBLE_LOOKUP_URL_TIMEOUT unix_socket=ANSIBLE_LOOKUP_URL_UNIX_SOCKET
    unredirected_headers=ANSIBLE_LOOKUP_URL_UNREDIR_HEADERS use_gssapi=ANSIBLE_LOOKUP_URL_USE_GSSAPI
    use_netrc=ANSIBLE_LOOKUP_URL_USE_NETRC
  vars_host_group_vars: stage=ANSIBLE_VARS_PLUGIN_STAGE`,
  },
]

const BY_KEY = new Map<string, Unobeyed>()
const BY_VARIABLE = new Map<string, Unobeyed>()

for (const { harmless, why, keys } of GROUPS) {
  let section = ''
  for (const word of keys.split(/\s+/).filter((each) => each !== '')) {
    if (word.endsWith(':')) {
      section = word.slice(0, -1)
      continue
    }
    const [key = '', variables] = word.replace('!', '').split('=')
    BY_KEY.set(`${section}.${key}`, { harmless, why })
    const names = word.endsWith('!') ? [] : (variables?.split(',') ?? [`ANSIBLE_${key.toUpperCase()}`])
    for (const name of names) BY_VARIABLE.set(name, { harmless, why })
  }
}

/** What becomes of a key of ansible.cfg (`section.key`) that muster does not obey; undefined when Ansible has none such. */
export function unobeyedKey(name: string): Unobeyed | undefined {
  return BY_KEY.get(name)
}

/** The same for a variable of the environment. */
export function unobeyedVariable(name: string): Unobeyed | undefined {
  return BY_VARIABLE.get(name)
}

/** Names of all keys that are not obeyed, for hints. */
export function unobeyedKeys(): Iterable<string> {
  return BY_KEY.keys()
}
