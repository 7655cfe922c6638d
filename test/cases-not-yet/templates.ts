/** Recorded cases that muster does not answer as Ansible yet, by name, with what is missing. May only shrink. */
export const NOT_YET: Readonly<Record<string, string>> = {
  "filters-ansible-data: 'a: &x 1\\nb: *x'|from_yaml": 'a YAML text that PyYAML refuses',
  "filters-ansible-text: y|password_hash('bcrypt', '1234567890123456789012')": 'bcrypt in password_hash',
  "functions: lookup('config', 'DEFAULT_FORKS')": 'ansible.cfg, where the lookup config finds its values',
  'functions: lipsum(n=1, html=false)|length > 0': 'the function lipsum',
  'python-printing: x{{ {1.0: 1} }}': 'a float as a key that equals an integer',
  "tests: '<b>'|safe is escaped": 'text marked as escaped',
}
