import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  connectionVariables,
  transportOf,
  withBecomeDefaults,
} from '../../src/cli/options/ansible-settings.ts'
import { connectionSettings } from '../../src/connection/settings/settings.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { LayeredScope } from '../../src/run/scope/scope.ts'
import { OBEYED } from '../../src/settings/keys.ts'
import { readSettings } from '../../src/settings/settings.ts'
import { unobeyedKey, unobeyedVariable } from '../../src/settings/unobeyed.ts'
import type { Value } from '../../src/values/value.ts'
import { folderWith } from '../inventory/folder.ts'

/** Settings of a folder with this ansible.cfg, and a home without one. */
const read = (cfg: string, environment: Record<string, string> = {}) => {
  const at = folderWith({ 'ansible.cfg': cfg, 'home/.keep': '' })
  return readSettings(environment, at, join(at, 'home')).then((result) => ({ ...result, at }))
}

describe('which file', () => {
  test('ANSIBLE_CONFIG, the working directory, the home; the first only', async () => {
    const at = folderWith({
      'other/ansible.cfg': '[defaults]\nforks=1\n',
      'here/ansible.cfg': '[defaults]\nforks=2\n',
      'home/.ansible.cfg': '[defaults]\nforks=3\n',
    })
    mkdirSync(join(at, 'empty'))
    const forks = async (environment: Record<string, string>, directory: string) =>
      (await readSettings(environment, join(at, directory), join(at, 'home'))).settings.forks
    expect(await forks({ ANSIBLE_CONFIG: join(at, 'other') }, 'here')).toBe(1)
    expect(await forks({ ANSIBLE_CONFIG: '../other/ansible.cfg' }, 'here')).toBe(1)
    expect(await forks({ ANSIBLE_CONFIG: '/dev/null' }, 'here')).toBeUndefined()
    expect(await forks({}, 'here')).toBe(2)
    expect(await forks({}, 'empty')).toBe(3)
    expect(await forks({ ANSIBLE_CONFIG: '/nowhere' }, 'here')).toBe(2)
  })

  test('one in a folder that everybody may write into is not read, and that is said', async () => {
    const at = folderWith({ 'open/ansible.cfg': '[defaults]\nforks=2\n', 'home/.keep': '' })
    chmodSync(join(at, 'open'), 0o777)
    const { settings, file, warnings } = await readSettings({}, join(at, 'open'), join(at, 'home'))
    expect(settings.forks).toBeUndefined()
    expect(file).not.toBe(join(at, 'open/ansible.cfg'))
    expect(warnings[0]?.message).toContain('is not read, since everybody may write into its folder')
  })
})

test('types, paths from the file, variables over the file', async () => {
  const { settings, at } = await read(
    '[defaults]\ninventory = hosts, /etc/hosts.ini\nroles_path = roles:~/more:$WHERE/x\nhost_key_checking=no\nforks = 5\nvault_identity_list = dev@keys/dev, prod@prompt\n[ssh_connection]\ntimeout=3\nssh_args = "-o A=b"\n',
    { ANSIBLE_FORKS: '9', WHERE: '/opt', ANSIBLE_PRIVATE_KEY_FILE: 'k' },
  )
  expect(settings).toMatchObject({
    inventory: [join(at, 'hosts'), '/etc/hosts.ini'],
    rolesPath: [join(at, 'roles'), join(at, 'home/more'), '/opt/x'],
    hostKeyChecking: false,
    forks: 9,
    timeout: 3,
    sshArgs: '-o A=b',
    privateKeyFile: join(at, 'k'),
    vaultIdentities: [`dev@${join(at, 'keys/dev')}`, 'prod@prompt'],
  })
})

test('every key is obeyed, harmless, not obeyed or unknown, and says so', async () => {
  const { keys, warnings } = await read(
    '[defaults]\nforks=5\nnocows=1\nstrategy=free\nlibrary=x\nforsk=3\n[colors]\nok=red\n[callback_mail]\nto=x\n',
    { ANSIBLE_FORKS: '9', ANSIBLE_STRATEGY: 'free', ANSIBLE_BECOME_PASS: 'hunter2', ANSIBLE_MINE: 'x' },
  )
  const told = keys.map(({ name, unobeyed, overruled }) => [
    name,
    unobeyed === undefined
      ? overruled
        ? 'overruled'
        : 'obeyed'
      : unobeyed.harmless
        ? 'harmless'
        : 'not obeyed',
  ])
  expect(Object.fromEntries(told)).toEqual({
    '[defaults] forks': 'overruled',
    '[defaults] nocows': 'harmless',
    '[defaults] strategy': 'not obeyed',
    '[defaults] library': 'not obeyed',
    '[defaults] forsk': 'harmless',
    '[colors] ok': 'harmless',
    '[callback_mail] to': 'harmless',
    ANSIBLE_FORKS: 'obeyed',
    ANSIBLE_STRATEGY: 'not obeyed',
    ANSIBLE_BECOME_PASS: 'not obeyed',
  })
  expect(JSON.stringify(keys)).not.toContain('hunter2')
  const messages = warnings.map(({ message, hint }) => `${message} ${hint ?? ''}`)
  expect(messages).toContainEqual(expect.stringContaining('[defaults] strategy is not obeyed'))
  expect(messages).toContainEqual(expect.stringContaining('ANSIBLE_STRATEGY is not obeyed'))
  expect(messages).toContainEqual(expect.stringContaining('did you mean "[defaults] forks"?'))
  expect(messages).toHaveLength(5)
})

test('no setting is both obeyed and not', () => {
  for (const { ini, env } of Object.values(OBEYED)) {
    expect(ini.filter((key) => unobeyedKey(key) !== undefined)).toEqual([])
    expect(env.filter((name) => unobeyedVariable(name) !== undefined)).toEqual([])
  }
})

test('wrong values are told all at once', async () => {
  await expect(
    read('[defaults]\nforks=many\nhash_behaviour=mix\n', { ANSIBLE_BECOME: 'perhaps' }),
  ).rejects.toThrow(
    /ansible\.cfg:2:1: \[defaults\] forks must be a whole number\n?[\s\S]*ANSIBLE_BECOME must be a boolean[\s\S]*must be replace or merge/,
  )
})

describe('what they do', () => {
  test('the connection: below all variables, whatever their spelling', async () => {
    const { settings } = await read(
      '[defaults]\nhost_key_checking=False\ntimeout=3\nremote_port=2222\n[ssh_connection]\nssh_args=-o ServerAliveInterval=7\n',
    )
    const defaults = { settings: connectionVariables(settings) }
    expect(connectionSettings('h', () => undefined, defaults)).toMatchObject({
      hostKeys: 'no',
      connectTimeout: 3,
      port: 2222,
      keepalive: { interval: 7 },
    })
    const variables: Record<string, Value> = {
      ansible_ssh_timeout: 9,
      ansible_ssh_port: 22,
      ansible_ssh_host_key_checking: true,
    }
    expect(connectionSettings('h', (name) => variables[name], defaults)).toMatchObject({
      hostKeys: 'strict',
      connectTimeout: 9,
      port: 22,
    })
  })

  test('become: below the keywords of plays and tasks', async () => {
    const { settings, at } = await read('[privilege_escalation]\nbecome=True\nbecome_user=app\n')
    const file = join(at, 'ansible.cfg')
    const playbook = await readPlaybook(
      join(
        folderWith({ 'p.yml': '- hosts: all\n  tasks: []\n- hosts: all\n  become: false\n  tasks: []\n' }),
        'p.yml',
      ),
    )
    expect(file).toBeTruthy()
    const [first, second] = withBecomeDefaults(playbook, settings).plays
    expect(first).toMatchObject({ become: true, becomeUser: 'app' })
    expect(second).toMatchObject({ become: false, becomeUser: 'app' })
  })

  test('a transport that muster does not have is refused', () => {
    expect(transportOf({ transport: 'paramiko' })).toBe('paramiko_ssh')
    expect(() => transportOf({ transport: 'winrm' })).toThrow('transport is winrm')
  })

  test('hash_behaviour = merge in a scope', () => {
    const layers = [new Map([['a', new Map([['x', 1]])]]), new Map([['a', new Map([['y', 2]])]])]
    const lookups = layers.map((layer) => (name: string) => layer.get(name) as Value | undefined)
    expect(new LayeredScope(lookups).lookup('a')).toEqual(new Map([['x', 1]]))
    expect(new LayeredScope(lookups, true).lookup('a')).toEqual(
      new Map([
        ['y', 2],
        ['x', 1],
      ]),
    )
  })
})
