import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type AgentState,
  parseAgentState,
  READ_AGENT,
} from '../../../src/modules/registration/agent-state.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-agent-'))
  mkdirSync(join(root, 'ssm/Vault/Store'), { recursive: true })
  mkdirSync(join(root, 'ssm/runtimeconfig'), { recursive: true })
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

const KEY =
  '{"instanceID":"mi-0123456789abcdef0","region":"eu-west-1","instanceType":"","availabilityZone":"","privateKey":"MII=","publicKey":"","privateKeyType":"Rsa"}'
const MANIFEST = '{"RegistrationKey":"/var/lib/amazon/ssm/Vault/Store/RegistrationKey"}'

/** Runs the script over a folder in place of the agent's. Files end without a line end, as the agent writes them. */
function read(files: Readonly<Record<string, string>>): AgentState {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'ssm', name), content)
  const script = READ_AGENT.reveal().replaceAll('/var/lib/amazon/ssm', join(root, 'ssm'))
  const stdout = execFileSync('sh', ['-c', script])
  return parseAgentState({
    rc: 0,
    stdout,
    stderr: Buffer.alloc(0),
    seconds: 0,
    truncated: false,
    timedOut: false,
  })
}

describe('the state of the agent', () => {
  test('a registered host, whose agent runs as that node', () => {
    const state = read({
      'Vault/Manifest': MANIFEST,
      'Vault/Store/RegistrationKey': KEY,
      'runtimeconfig/identity_config.json':
        '{"SchemaVersion":"1.1","InstanceId":"mi-0123456789abcdef0","IdentityType":"OnPrem"}',
    })
    expect(state.registration).toEqual({ id: 'mi-0123456789abcdef0', region: 'eu-west-1' })
    expect(state.runningAs).toBe('mi-0123456789abcdef0')
    expect(Math.abs(state.clockSkew)).toBeLessThanOrEqual(2)
  })

  test.each([
    ['nothing there', {}],
    [
      'only the plain file, which survives a failed registration',
      { registration: '{"ManagedInstanceID":"mi-0123456789abcdef0","Region":"eu-west-1"}' },
    ],
    [
      'a Vault that a failed registration emptied',
      {
        'Vault/Manifest': MANIFEST,
        'Vault/Store/RegistrationKey': KEY.replace('mi-0123456789abcdef0', '').replace('eu-west-1', ''),
      },
    ],
    ['a key that the Manifest does not list', { 'Vault/Manifest': '{}', 'Vault/Store/RegistrationKey': KEY }],
    [
      'an id of another form',
      { 'Vault/Manifest': MANIFEST, 'Vault/Store/RegistrationKey': KEY.replace('mi-', 'mi-$(id)') },
    ],
  ])('not registered: %s', (_, files) => {
    expect(read(files).registration).toBeUndefined()
  })

  test('the private key is never printed', () => {
    read({ 'Vault/Manifest': MANIFEST, 'Vault/Store/RegistrationKey': KEY })
    const script = READ_AGENT.reveal().replaceAll('/var/lib/amazon/ssm', join(root, 'ssm'))
    expect(execFileSync('sh', ['-c', script]).toString()).not.toContain('MII=')
  })
})
