/** Recorded cases in which muster does the safe thing, by name, with the reason. */
export const ON_PURPOSE: Readonly<Record<string, string>> = {
  'conditions: {{ cond }}':
    'Ansible evaluates the text that a variable holds as an expression; in muster only what stands in the playbook is one',
  "filters-ansible-text: y|password_hash('md5', 'saltsalt')":
    'MD5 has not protected passwords for twenty years; muster makes sha512 and sha256 only',
  "roles: query('flattened', [1,[2,[3]]])":
    'recorded without collections; muster has this lookup of community.general',
  "roles: query('fileglob', '/etc/passw*')":
    'Ansible gives the files in the order of the disk, which differs from machine to machine; muster sorts them by name',
}
