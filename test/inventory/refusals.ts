/** Inventories that Ansible refuses in part or whole, mostly with exit code 0: how muster refuses them. */
export const REFUSALS: Readonly<Record<string, string>> = {
  '074-broken-yaml-syntax': 'inventory.yaml:4:5: not valid YAML: deficient indentation\n  hint: a [ or {',
  '077-broken-yaml-vars-list': 'inventory.yaml:3:5: vars of the group web must be a mapping, not a list',
  '078-broken-yaml-host-body': 'inventory.yaml:6:12: the host web03 must be a mapping, not a single value',
  '079-broken-yaml-number-as-host': 'inventory.yaml:3:5: 1001 is no host name: YAML does not read it as text',
  '081-broken-yaml-child-body': 'inventory.yaml:3:10: the group web must be a mapping, not a single value',
  '082-broken-yaml-root-list': 'inventory.yaml:1:1: an inventory is a mapping of groups, not a list',
  '083-broken-yaml-two-documents': 'inventory.yaml:6:1: a second document begins here',
  '084-broken-yaml-loop': 'inventory.yaml:3:5: the group b contains itself: b > a > b',
  '085-broken-yaml-all-as-child': 'inventory.yaml:3:5: all cannot be a child of site',
  '086-broken-yaml-bare-template': 'inventory.yaml:4:13: YAML reads {{ as the beginning of a mapping',
  '114-broken-nothing-at-all': 'missing: no such inventory',
  '115-broken-empty-directory': 'inv: the folder holds no inventory',
  '087-broken-ini-section-kind':
    'inventory.ini:3:1: the section [web:variables] has an unknown kind variables',
  '090-broken-ini-undefined-child':
    'inventory.ini:2:1: [site:children] names the group web, which is not declared',
  '092-broken-ini-range': 'inventory.ini:2:1: the range [1:] has no end',
  '093-broken-ini-range-padding':
    'inventory.ini:2:1: begin and end of the range [01:100] must have the same number',
  '094-broken-ini-no-equals': 'inventory.ini:2:7: a word on a host line is no key=value',
  '095-broken-ini-vars-no-equals': 'inventory.ini:4:1: a line of [web:vars] is no key=value',
  '096-broken-ini-open-quote': 'inventory.ini:2:1: a quote is not closed',
  '097-broken-ini-template-spaces':
    'inventory.ini:2:15: a word on a host line is no key=value\n  hint: a value with blanks needs quotes, a template too',
  '100-broken-ini-bracketed-address': 'inventory.ini:2:1: [2001:db8::5] has brackets but no port',
  '101-broken-ini-priority': 'inventory.ini:4:24: ansible_group_priority must be an integer',
  '102-broken-ini-byte-order-mark': 'inventory.ini:1:2: the file begins with a byte order mark',
  '103-broken-ini-loop': 'inventory.ini:4:1: the group a contains itself: a > b > a',
  '104-broken-ini-hosts-stay': 'inventory.ini:3:7: a word on a host line is no key=value',
  '106-broken-toml': 'inventory.toml: hosts of the group web must be a mapping, not a list',
  '107-broken-toml-syntax': 'inventory.toml:1:5: not valid TOML',
  '108-broken-script-exit': 'inventory.sh: the script ended with exit status 3\n  it said: no token',
  '109-broken-script-not-json': 'inventory.sh: what the script prints is no JSON',
  '110-broken-script-hosts-text': 'inventory.sh: hosts of the group web must be a list',
  '112-broken-plugin-unknown':
    "cloud.yml:1:1: the inventory plugin example.cloud.machines is not one of muster's",
  '119-broken-constructed-number-key':
    '20-constructed.yml:6:10: constructed: keyed_groups: rack gives no name of a group for web01',
}
