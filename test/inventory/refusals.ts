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
}
