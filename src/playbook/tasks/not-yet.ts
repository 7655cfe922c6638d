// What Ansible has and muster has not yet, with what to use instead.

/** Keywords of plays, tasks, blocks and loop_control. */
const KEYWORDS: Readonly<Record<string, string>> = {
  vars_prompt: 'give the value with -e, or keep it in a file of mode 0600 and give -e @FILE',
  port: 'set `ansible_port` in the inventory',
  user: 'this is the old name of `remote_user`',
  diff: 'give --diff on the command line',
  debugger: 'use -v, and `debug` tasks',
  module_defaults: 'write the arguments at each task, or keep them in a variable',
}

/** Where such a keyword differs by place. */
const BY_PLACE: Readonly<Record<string, string>> = {
  'task:remote_user': 'write it at the play, or set `ansible_user` for the host',
}

/** Modules and actions that playbooks for Ansible often use. */
const MODULES: Readonly<Record<string, string>> = {
  include: 'this is the old name of `include_tasks`',
  add_host: 'write the host into the inventory',
  group_by: 'write the groups into the inventory, or use `when`',
  async_status: 'wait for the task itself: async with poll above 0 is the time that it may take',
  expect: 'use `shell` with `stdin`',
  git: 'use `command: git ...` with `creates`',
  mount: 'use `copy` for a systemd mount unit, and `systemd`',
  timezone: 'use `file` with `state: link` for /etc/localtime',
}

/** What to use instead of a keyword that muster has not yet; undefined when it is no such keyword. */
export function insteadOfKeyword(name: string, where: string): string | undefined {
  const place = where === 'play' || where === 'loop_control' ? where : 'task'
  const key = `${place}:${name}`
  if (Object.hasOwn(BY_PLACE, key)) return BY_PLACE[key]
  return Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined
}

/** What to use instead of a module that muster has not yet; undefined when it is no such module. */
export function insteadOfModule(name: string): string | undefined {
  return Object.hasOwn(MODULES, name) ? MODULES[name] : undefined
}

/** The modules of {@link insteadOfModule}. */
export function modulesNotYet(): readonly string[] {
  return Object.keys(MODULES)
}

/** The keywords of {@link insteadOfKeyword}, those that differ by place aside. */
export function keywordsNotYet(): readonly string[] {
  return Object.keys(KEYWORDS)
}
