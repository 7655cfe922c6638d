/** What muster answers otherwise than Ansible on purpose: per question a part of its answer. */
interface OnPurpose {
  readonly reason: string
  readonly messages: Readonly<Record<string, string>>
}

const UNKNOWN = 'no host and no group is called nosuch'

/** Recorded inventories that muster refuses or reads otherwise than Ansible. */
export const ON_PURPOSE: Readonly<Record<string, OnPurpose>> = {
  '005-yaml-unknown-keys': {
    reason: 'Ansible skips what it does not know and loses hosts; muster names every unknown key and stops.',
    messages: {
      inventory: 'inventory.yaml:12:7: the group web has an unknown key host\n  hint: did you mean "hosts"?',
    },
  },
  '034-host-list': {
    reason: 'In a list of hosts a range is a range, as everywhere else; Ansible takes app[3:4] for one name.',
    messages: { list: '"app3","app4"', graph: '--app3', 'pattern all': '"app3","app4"' },
  },
  '019-ini-ranges': {
    reason: 'A range that runs backwards is a mistake; Ansible makes no hosts of it without a word.',
    messages: { inventory: 'inventory.ini:7:1: the range [3:1] runs backwards; did you mean [1:3]?' },
  },
  '035-host-list-and-file': {
    reason:
      'A host from the command line has no file and no folder; Ansible gives the text None and the list itself.',
    messages: {
      'eval app02 inventory_dir': "'inventory_dir' is undefined",
      'eval app02 inventory_file': "'inventory_file' is undefined",
    },
  },
  '058-localhost-implicit': {
    reason:
      'muster needs no Python on the controller; and a limit holds for localhost too, as it does in plays of Ansible.',
    messages: { 'host localhost': '"ansible_connection":"local"', 'limit localhost web': 'null' },
  },
  '059-localhost-explicit': {
    reason: 'Variables are what somebody set; Ansible shows its default connection as a variable here.',
    messages: { 'eval localhost ansible_connection | default("not set")': '"not set"' },
  },
  '064-patterns': {
    reason:
      'A word that names nothing is a mistake: Ansible warns and runs on fewer hosts, or with ! on more, than meant.',
    messages: {
      'pattern ': 'the pattern of hosts is empty',
      'pattern WEB': 'did you mean "web"?',
      'pattern 192.0.2.9': 'no host and no group is called 192.0.2.9',
      'pattern 2001:*': 'no host and no group is called 2001',
      'pattern nosuch': UNKNOWN,
      'pattern nosuch:web': UNKNOWN,
      'pattern web:&nosuch': UNKNOWN,
      'pattern web:!nosuch': UNKNOWN,
      'pattern {web}': 'no host and no group is called {web}',
      'pattern db1:22': 'a pattern names hosts without their port: db1',
    },
  },
  '066-limits': {
    reason:
      'An empty limit, and a file of limits without a host, would mean all hosts; an unknown word is a mistake.',
    messages: {
      'limit all ': 'the limit is empty',
      'limit all @limit-empty.txt': 'limit-empty.txt: the file of limits is empty',
      'limit web web2.example.com,nosuch': UNKNOWN,
    },
  },
  '116-broken-group-vars-list': {
    reason: 'A broken file of variables stops the whole command and not only what concerns its group.',
    messages: { inventory: 'group_vars/web.yml:1:1: a file of variables is a mapping, not a list' },
  },
  '118-broken-vault-no-password': {
    reason:
      'A file of variables that cannot be read stops the whole command and not only what concerns its group.',
    messages: {
      inventory: 'group_vars/web.yml: is encrypted with Ansible Vault, and no vault password is given',
    },
  },
  '120-magic-names-in-host-vars': {
    reason:
      'A host keeps its own name and groups: files of variables cannot change them (a warning says so).',
    messages: {
      'eval web02 group_names': '["web"]',
      'eval web02 inventory_dir': '"<DIR>"',
      'eval web02 inventory_hostname': '"web02"',
      'eval web02 inventory_hostname_short': '"web02"',
    },
  },
  '111-broken-script-becomes-host': {
    reason: 'A script that fails is refused; Ansible takes the words of its text for hosts.',
    messages: { inventory: 'inventory.sh: the script ended with exit status 1' },
  },
}
