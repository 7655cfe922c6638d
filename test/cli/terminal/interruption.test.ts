import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// On a real terminal, where the live view and what it brings along listen to signals as well.

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-interruption-'))
  await writeFile(join(folder, 'inventory.yaml'), 'all: { hosts: { one: { ansible_connection: local } } }\n')
  await writeFile(
    join(folder, 'play.yaml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - name: long
      shell: echo $$ > ${folder}/begun; mv ${folder}/begun ${folder}/pid; exec sleep 300
`,
  )
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function appears(path: string): Promise<void> {
  const there = () =>
    access(path).then(
      () => true,
      () => false,
    )
  const changes = watch(folder)
  try {
    for (;;) {
      const changed = once(changes, 'change')
      if (await there()) return
      await changed
    }
  } finally {
    changes.close()
  }
}

test('Ctrl-C, even told twice, ends the run in order: the step is stopped, its host has a result, the recap is written', async () => {
  const muster = [process.execPath, join(import.meta.dirname, '../../../bin/muster.js')]
  const words = ['apply', 'play.yaml', '-i', 'inventory.yaml']
  const child = spawn(
    'script',
    ['-qec', `stty cols 100; exec ${[...muster, ...words].join(' ')}`, '/dev/null'],
    {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', XDG_STATE_HOME: join(folder, 'state') },
    },
  )
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const ended = once(child, 'close')
  await Promise.race([appears(join(folder, 'pid')), ended.then(() => Promise.reject(new Error(shown)))])
  child.stdin.write('\x03\x03')
  const [code] = await ended
  expect(code, shown).toBe(130)
  expect(shown).toContain('RECAP')
  expect(shown).toContain('interrupted')
  const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim()
  await expect(access(`/proc/${pid}`)).rejects.toThrow('ENOENT')
})
