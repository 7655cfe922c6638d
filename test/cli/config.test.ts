import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { configCommand } from '../../src/cli/config.ts'
import { folderWith } from '../inventory/folder.ts'

async function config(...words: string[]): Promise<string> {
  const at = folderWith({
    'ansible.cfg':
      '[defaults]\nforks = 5\npoll_interval = 1\nnocows = 1\nforsk = 1\nhost_key_checking = no\n',
  })
  vi.stubEnv('ANSIBLE_CONFIG', join(at, 'ansible.cfg'))
  vi.stubEnv('ANSIBLE_FORKS', '9')
  let printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
  onTestFinished(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })
  await configCommand().exitOverride().parseAsync(words, { from: 'user' })
  return printed.replaceAll(at, '<DIR>')
}

test('says of every key what becomes of it', async () => {
  const text = await config()
  expect(text).toMatch(/^read: <DIR>\/ansible\.cfg\n/)
  expect(text).toMatch(
    /obeyed, where[^\n]*\n {2}\[defaults\] host_key_checking = no {3}\(<DIR>\/ansible\.cfg:6\)/,
  )
  expect(text).toContain('ANSIBLE_FORKS = 9   (environment)')
  expect(text).toMatch(/overruled by one above:\n {2}\[defaults\] forks = 5/)
  expect(text).toMatch(/\nnot obeyed:\n {2}\[defaults\] poll_interval = 1/)
  expect(text).toContain('did you mean "[defaults] forks"?')
})

test('--json', async () => {
  const { file, settings, keys } = JSON.parse(await config('--json'))
  expect(file).toBe('<DIR>/ansible.cfg')
  expect(settings).toMatchObject({ forks: 9, hostKeyChecking: false })
  expect(keys.find(({ name }: { name: string }) => name === '[defaults] nocows')).toMatchObject({
    effect: 'harmless',
  })
})
