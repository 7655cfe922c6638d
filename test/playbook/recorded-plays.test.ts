import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPlaybook } from '../../src/playbook/read.ts'
import { InputError } from '../../src/values/problem.ts'

const cases = join(import.meta.dirname, '../cases/plays')

/**
 * Recorded plays that muster refuses before any connection, with the place (line) and the reason. Ansible refuses
 * some of them while it loads, others when the task's turn comes, and the last ones not at all (facts/plays.md, 2).
 */
const REFUSED: Readonly<Record<string, readonly [number, string]>> = {
  '230-error-unknown-play-keyword': [9, "'taskss' is no keyword of a play"],
  '231-error-unknown-task-keyword': [7, "'whenn' is no keyword of a task"],
  '232-error-unknown-block-keyword': [7, "'loop' is no keyword of a block"],
  '233-error-handler-keyword-on-task': [7, "'listen' is no keyword of a task"],
  '236-error-two-modules': [4, 'conflicting action statements: debug, command'],
  '237-error-no-module': [4, 'no module/action detected in task.'],
  '238-error-yaml': [4, 'not valid YAML'],
  '240-error-empty-hosts': [1, 'Hosts list cannot be empty.'],
  '243-error-tasks-not-a-list': [4, 'tasks should be a list'],
  '134-import-tasks-loop': [6, "You cannot use loops on 'import_tasks' statements."],
  '135-import-tasks-missing': [8, 'import_tasks: no such file: nosuch.yaml'],
  '306-old-style': [5, 'not valid YAML'],
  '315-unicode': [3, "Invalid variable name 'schlüssel'"],
  '415-groups': [7, 'not valid YAML'],
  '431-conditions': [13, 'not valid YAML'],
  '245-error-register-name': [7, "Invalid 'register' specified"],
  '250-error-loop-control': [8, "'nosuch' is no keyword of loop_control"],
  '056-order-unknown': [2, "Invalid 'order' specified for inventory hosts: nosuch"],
  // Found by Ansible when the task's turn comes, or as a crash.
  '016-serial-not-a-number': [3, 'serial takes a whole number of hosts'],
  '085-when-empty': [7, 'Empty conditional expressions are not allowed.'],
  '086-when-syntax-error': [10, 'Syntax error in expression'],
  '127-include-missing-rescued': [6, "Could not find or access 'nosuch.yaml'"],
  '136-include-tasks-missing': [8, "Could not find or access 'nosuch.yaml'"],
  '137-include-tasks-keyword': [6, "'become' is not a valid attribute for a TaskInclude"],
  '142-role-missing': [4, 'the role'],
  '184-meta-unknown': [8, 'value of action must be one of'],
  '153-set-fact-bad-name': [6, "Invalid variable name 'not-valid'."],
  // On purpose, where Ansible goes on: it ignores the error with the very keyword that is wrong; skips a file that is
  // missing; notices an unknown handler only when a changed task notifies it.
  '247-error-ignores-itself': [7, "ignore_errors: the value 'perhaps' could not be converted to 'bool'"],
  '156-vars-files': [9, 'vars_files: no such file: nosuch.yaml'],
  '069-handler-unknown': [7, "no handler is named 'nosuch'"],
}

async function mistakes(name: string): Promise<{ line: number | undefined; message: string }[]> {
  try {
    await readPlaybook(join(cases, name, 'play.yaml'))
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ position, message }) => ({ line: position?.line, message }))
  }
}

const names = (await readdir(cases)).filter((name) => /^\d{3}-/.test(name)).sort()

describe('recorded plays', () => {
  it.each(Object.entries(REFUSED))('%s is refused before any connection', async (name, [line, message]) => {
    expect(await mistakes(name)).toContainEqual({ line, message: expect.stringContaining(message) })
  })

  it('are there, those that are refused among them', async () => {
    expect(names.length).toBeGreaterThan(100)
    expect(Object.keys(REFUSED).filter((name) => !names.includes(name))).toEqual([])
    for (const name of names) expect((await stat(join(cases, name, 'play.yaml'))).isFile()).toBe(true)
  })

  it.each(names.filter((name) => !(name in REFUSED)))(
    '%s is taken, or needs what muster has not yet',
    async (name) => {
      const others = (await mistakes(name)).filter(
        ({ message }) => !message.includes('is not supported by muster yet'),
      )
      expect(others).toEqual([])
    },
  )
})
