import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runFromWords } from '../../../src/cli/run-command.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { jsonOf } from '../../../src/values/json-value.ts'

// A playbook in a folder of its own finds its files, templates, variable files and tasks there, as Ansible does.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-import-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, text: string) => {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

test('each play looks beside its own file', async () => {
  await write('inventory.yaml', 'all: { hosts: { one: } }\n')
  await write('files/which', 'outer')
  await write('sub/files/which', 'inner')
  await write('sub/templates/t.j2', '{{ from_file }} {{ playbook_dir | basename }}')
  await write('sub/vars/more.yaml', 'from_file: inner vars\n')
  await write('sub/tasks/more.yaml', "- debug: { msg: \"{{ lookup('file', 'which') }}\" }\n")
  const play = (name: string, more = '') => `- name: ${name}
  hosts: all
  gather_facts: false
${more}  tasks:
    - copy: { src: which, dest: "${folder}/${name}" }
`
  await write('play.yaml', `- import_playbook: sub/inner.yaml\n${play('outer')}`)
  await write(
    'sub/inner.yaml',
    `${play('inner', '  vars_files: [more.yaml]\n')}    - template: { src: t.j2, dest: "${folder}/rendered" }
    - import_tasks: tasks/more.yaml
`,
  )
  const events: RunEvent[] = []
  const result = await runFromWords(
    'apply',
    join(folder, 'play.yaml'),
    { inventory: [join(folder, 'inventory.yaml')], connection: 'local' },
    (event) => events.push(event),
  )
  expect(result.failures).toEqual([])
  expect(await readFile(join(folder, 'inner'), 'utf8')).toBe('inner')
  expect(await readFile(join(folder, 'outer'), 'utf8')).toBe('outer')
  expect(await readFile(join(folder, 'rendered'), 'utf8')).toBe('inner vars sub')
  const said = events.flatMap((event) =>
    event.type === 'task' && event.module === 'debug' ? [jsonOf(event.result)] : [],
  )
  expect(said).toMatchObject([{ msg: 'inner' }])
})
