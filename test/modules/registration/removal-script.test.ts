import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leftOf, leftProbes, removeLeftScript } from '../../../src/modules/registration/removal-script.ts'
import type { ShellText } from '../../../src/shell/sh.ts'
import { askSet } from '../../probes/inline.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-left-'))
  for (const folder of ['etc', 'root', 'var/lib', 'var/log'])
    mkdirSync(join(root, folder), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A script over a folder in place of the host's root. */
function moved(script: string): string {
  return script.replace(/\/(etc\/amazon|root\/|var\/lib\/amazon|var\/log\/amazon)/g, `${root}/$1`)
}
function run(script: ShellText): void {
  execFileSync('sh', ['-c', moved(script.reveal())], { stdio: 'ignore' })
}
function write(path: string, content = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const left = () => leftOf(askSet(['/bin/sh'], leftProbes(), moved).answers).paths
const KEYS =
  '[default]\naws_access_key_id     = ASIA1\naws_secret_access_key = x\naws_session_token     = y\n'

describe('what a registration leaves', () => {
  test('is found and removed, with the folders that are empty then', () => {
    write('/var/lib/amazon/ssm/Vault/Store/RegistrationKey')
    write('/var/log/amazon/ssm/amazon-ssm-agent.log')
    write('/etc/amazon/ssm/amazon-ssm-agent.json')
    write('/root/.aws/credentials', KEYS)
    const found = left()
    expect(found).toEqual([
      '/var/lib/amazon/ssm',
      '/var/log/amazon/ssm',
      '/etc/amazon/ssm/amazon-ssm-agent.json',
      '/root/.aws/credentials',
    ])
    run(removeLeftScript(found))
    expect(left()).toEqual([])
    for (const path of ['var/lib/amazon', 'var/log/amazon', 'etc/amazon', 'root/.aws'])
      expect(existsSync(join(root, path)), path).toBe(false)
    for (const path of ['var/lib', 'var/log', 'etc', 'root']) expect(existsSync(join(root, path))).toBe(true)
  })

  test('is nothing more than that: what others have there stays', () => {
    write('/var/lib/amazon/other')
    write('/var/lib/amazon/ssm/registration')
    write('/root/.aws/config')
    run(removeLeftScript(left()))
    expect(existsSync(join(root, 'var/lib/amazon/other'))).toBe(true)
    expect(existsSync(join(root, 'root/.aws/config'))).toBe(true)
  })

  test.each([
    ['a second profile', `${KEYS}[work]\nrole_arn = x\n`],
    ['another key', `${KEYS}region = eu-central-1\n`],
    ['keys of a user', '[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n'],
    ['a comment', `# mine\n${KEYS}`],
  ])("is not root's own credentials: %s", (_, content) => {
    write('/root/.aws/credentials', content)
    expect(left()).toEqual([])
  })
})
