import type { Parameter, ParametersOf } from '../parameters.ts'

/** Parameters of the user module, in Ansible's words. */
export const userParameters = {
  name: { type: 'str', required: true, aliases: ['user'], doc: 'Name of the user.' },
  state: { type: 'str', choices: ['present', 'absent'], default: 'present', doc: 'There or gone.' },
  uid: { type: 'int', doc: 'Id; files in the home directory follow when it changes.' },
  non_unique: { type: 'bool', default: false, doc: 'Let the id be shared.' },
  group: { type: 'str', doc: 'Primary group, name or number; it must exist.' },
  groups: { type: 'list', doc: 'Supplementary groups; they replace those that are there unless append.' },
  append: { type: 'bool', default: false, doc: 'Only add the groups.' },
  comment: { type: 'str', doc: 'Full name (GECOS).' },
  home: { type: 'str', doc: 'Home directory.' },
  shell: { type: 'str', doc: 'Login shell.' },
  create_home: {
    type: 'bool',
    default: true,
    aliases: ['createhome'],
    doc: 'Make the home directory when it is missing.',
  },
  move_home: { type: 'bool', default: false, doc: 'Move the old home directory to the new place.' },
  skeleton: { type: 'str', doc: 'Directory that a new home directory starts from; /etc/skel without it.' },
  system: { type: 'bool', default: false, doc: 'A new user gets an id of the system range.' },
  password: { type: 'str', secret: true, doc: 'Hash of the password, as it stands in /etc/shadow.' },
  update_password: {
    type: 'str',
    choices: ['always', 'on_create'],
    default: 'always',
    doc: 'When the password is set.',
  },
  password_lock: { type: 'bool', doc: 'Lock or unlock the password.' },
  password_expire_max: { type: 'int', doc: 'Most days between changes of the password.' },
  password_expire_min: { type: 'int', doc: 'Fewest days between changes of the password.' },
  password_expire_warn: { type: 'int', doc: 'Days of warning before the password expires.' },
  expires: { type: 'float', doc: 'When the account expires, in seconds since 1970; negative: never.' },
  remove: { type: 'bool', default: false, doc: 'With absent: remove the home directory and mail too.' },
  force: { type: 'bool', default: false, doc: 'With absent: even when the user is logged in.' },
  generate_ssh_key: { type: 'bool', default: false, doc: 'Make an SSH key when there is none.' },
  ssh_key_type: { type: 'str', default: 'rsa', doc: 'Type of the SSH key.' },
  ssh_key_bits: { type: 'int', doc: 'Bits of the SSH key; the default of ssh-keygen without it.' },
  ssh_key_comment: { type: 'str', doc: 'Comment of the SSH key.' },
  ssh_key_file: { type: 'str', doc: 'Path of the SSH key, relative to home; `.ssh/id_TYPE` without it.' },
} as const satisfies Record<string, Parameter>

export type UserParameters = ParametersOf<{ parameters: typeof userParameters }>
