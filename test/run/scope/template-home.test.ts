import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { templateHome } from '../../../src/run/scope/template-home.ts'
import { createEngine } from '../../../src/template/engine.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-home-'))
  await mkdir(join(folder, 'templates'))
})
afterEach(() => rm(folder, { recursive: true }))

const render = (source: string) =>
  createEngine(
    { lookup: (name) => (name === 'unit' ? 'prometheus' : undefined) },
    templateHome(folder),
  ).renderFile(source, join(folder, 'templates/main.j2'))

// An included template loses its last line end and the block the one behind it, as in Ansible.
test('a template includes another from templates/, with its variables', async () => {
  await writeFile(join(folder, 'templates/part.j2'), 'User={{ unit }}\n')
  await writeFile(join(folder, 'part.j2'), 'not this one\n')
  expect(render("[Service]\n{% include 'part.j2' %}\n\nRestart=always\n")).toBe(
    '[Service]\nUser=prometheus\nRestart=always\n',
  )
})

test("then from the playbook's folder; what is nowhere is named", async () => {
  await writeFile(join(folder, 'part.j2'), 'this one\n')
  expect(render("{% include 'part.j2' %}")).toBe('this one')
  expect(() => render("{% include 'nowhere.j2' %}")).toThrow(/nowhere\.j2/)
})
