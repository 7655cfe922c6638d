import { execFileSync } from 'node:child_process'
import { lchown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Input } from '../input.ts'

// What copy with remote_src refuses of a folder of the host, as a whole and before anything is written.

let input: Input
beforeEach(async () => {
  input = await Input.write({
    'hosts.yaml': 'all: { hosts: { one: } }\n',
    'play.yaml': `- hosts: one
  gather_facts: false
  tasks:
    - copy: { src: "{{ playbook_dir }}/from", dest: "{{ playbook_dir }}/to/", remote_src: true, local_follow: "{{ follow | default(true) }}" }
`,
  })
  await mkdir(join(input.folder, 'from/sub'), { recursive: true })
  await writeFile(join(input.folder, 'from/sub/file'), 'text')
})
afterEach(() => input.remove())

const at = (name: string) => join(input.folder, 'from', name)

async function told(extraVars: readonly string[] = []): Promise<string> {
  const { result } = await input.apply({ extraVars: [...extraVars] })
  return result.failures.map(({ message }) => message).join('\n')
}

test('nothing of a folder of files, folders and links', async () => {
  await symlink('file', at('sub/link'))
  await symlink('sub', at('also'))
  expect(await told()).toBe('')
})

test('what is no file, folder or link, all of it at once; a link to such, and one to nothing', async () => {
  execFileSync('mkfifo', [at('pipe'), at('sub/another')])
  await symlink('/dev/null', at('device'))
  await symlink('nowhere', at('dead'))
  const message = await told()
  for (const name of ['pipe', 'sub/another'])
    expect(message).toContain(`${at(name)} is no file, folder or link`)
  expect(message).toContain('/dev/null, to which device leads, is no file or folder')
  expect(message).toContain(`${at('dead')} leads to nothing`)
  execFileSync('rm', [at('pipe'), at('sub/another')])
  expect(await told(['{"follow": false}'])).toBe('')
})

test('links in a circle, where links are followed', async () => {
  await symlink('..', at('sub/up'))
  expect(await told()).toContain('lead in a circle')
  expect(await told(['{"follow": false}'])).toBe('')
})

test.runIf(process.getuid?.() === 0)("a user's link to what is not that user's", async () => {
  await symlink('/etc/shadow', at('sub/mine'))
  await lchown(at('sub/mine'), 4711, 4711)
  expect(await told()).toContain(`refusing to follow ${at('sub/mine')}: the link belongs to`)
  expect(await told(['{"follow": false}'])).toBe('')
})

test('more than 10,000 entries', async () => {
  const names = Array.from({ length: 10_000 }, (_, number) => at(`sub/a-name-of-some-length-${number}`))
  for (let from = 0; from < names.length; from += 500)
    await Promise.all(names.slice(from, from + 500).map((name) => writeFile(name, '')))
  expect(await told()).toContain('holds more than 10000 entries')
})
