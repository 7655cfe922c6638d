import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registration } from '../../src/probes/registration.ts'
import { describeShells } from '../connection/shells.ts'
import { askInline } from './inline.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-agent-'))
  mkdirSync(join(root, 'Vault/Store'), { recursive: true })
  mkdirSync(join(root, 'runtimeconfig'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const ID = 'mi-0123456789abcdef0'
const KEY = `{"instanceID":"${ID}","region":"eu-west-1","instanceType":"","availabilityZone":"","privateKey":"MII=","publicKey":"","privateKeyType":"Rsa"}`
const MANIFEST = '{"RegistrationKey":"/var/lib/amazon/ssm/Vault/Store/RegistrationKey"}'

/** Over a folder in place of the agent's. Files end without a line end, as the agent writes them. */
function read(words: readonly string[], files: Readonly<Record<string, string>>) {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content)
  const { answers, said } = askInline(words, [registration()], (script) =>
    script.replaceAll('/var/lib/amazon/ssm', root).replaceAll('/etc/machine-id', join(root, 'machine-id')),
  )
  return { ...answers[0]!, said }
}

describeShells('the registration', (words) => {
  test('of a host whose agent runs as its node', () => {
    const state = read(words, {
      'Vault/Manifest': MANIFEST,
      'Vault/Store/RegistrationKey': KEY,
      'runtimeconfig/identity_config.json': `{"SchemaVersion":"1.1","InstanceId":"${ID}","IdentityType":"OnPrem"}`,
      'machine-id': `${'0a'.repeat(16)}\n`,
    })
    expect(state).toMatchObject({
      node: { id: ID, region: 'eu-west-1' },
      runningAs: ID,
      machineId: '0a'.repeat(16),
    })
    expect(state.said, 'the private key is never printed').not.toContain('MII=')
  })

  test.each([
    ['nothing there', {}],
    [
      'only the plain file, which survives a failed registration',
      { registration: `{"ManagedInstanceID":"${ID}","Region":"eu-west-1"}` },
    ],
    [
      'a Vault that a failed registration emptied',
      {
        'Vault/Manifest': MANIFEST,
        'Vault/Store/RegistrationKey': KEY.replace(ID, '').replace('eu-west-1', ''),
      },
    ],
    [
      'a key without its private part',
      { 'Vault/Manifest': MANIFEST, 'Vault/Store/RegistrationKey': KEY.replace('MII=', '') },
    ],
    ['a key that the Manifest does not list', { 'Vault/Manifest': '{}', 'Vault/Store/RegistrationKey': KEY }],
    [
      'an id of another form',
      { 'Vault/Manifest': MANIFEST, 'Vault/Store/RegistrationKey': KEY.replace('mi-', 'mi-$(id)') },
    ],
    [
      'a Vault that is not JSON',
      { 'Vault/Manifest': MANIFEST, 'Vault/Store/RegistrationKey': `%s\\n*\n${KEY}` },
    ],
  ])('of a host that has none: %s', (_, files) => {
    const { node, runningAs, said } = read(words, files)
    expect({ node, runningAs }).toEqual({ node: undefined, runningAs: undefined })
    expect(said).not.toContain('MII=')
  })
})
