// What Ansible has and muster has not yet, with what to use instead.

/** Keywords of plays, tasks, blocks and loop_control. */
const KEYWORDS: Readonly<Record<string, string>> = {
  debugger: 'use -v, and `debug` tasks',
}

/** Modules and actions that playbooks for Ansible often use. */
const MODULES: Readonly<Record<string, string>> = {
  include: 'this is the old name of `include_tasks`',
  expect: 'use `shell` with `stdin`',
}

/** What to use instead of a keyword that muster has not yet; undefined when it is no such keyword. */
export function insteadOfKeyword(name: string): string | undefined {
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

/** The keywords of {@link insteadOfKeyword}. */
export function keywordsNotYet(): readonly string[] {
  return Object.keys(KEYWORDS)
}
