import { homedir, userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { type ConnectionDefaults, connectionSettings } from '../../../src/connection/settings/settings.ts'
import { SshConfig } from '../../../src/connection/ssh-config/evaluate.ts'
import { Float } from '../../../src/values/float.ts'
import { InputError } from '../../../src/values/problem.ts'
import { Secret } from '../../../src/values/secret.ts'
import { dict, type Value } from '../../../src/values/value.ts'

/** No configuration of OpenSSH: what is tested here are the variables. */
const sshConfig = new SshConfig({ home: '/nonexistent', system: '/nonexistent' })

function settings(variables: Record<string, Value> = {}, defaults: ConnectionDefaults = {}) {
  return connectionSettings('web01', (name) => variables[name], { sshConfig, ...defaults })
}

function refusal(variables: Record<string, Value>): string {
  const place = (name: string) => ({ file: 'inventory.yaml', line: Object.keys(variables).indexOf(name) + 1 })
  try {
    connectionSettings('web01', (name) => variables[name], { sshConfig }, place)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  throw new Error('was not refused')
}

test('a host without variables is reached by its name over ssh, its key checked', () => {
  expect(settings()).toMatchObject({
    kind: 'ssh',
    name: 'web01',
    host: 'web01',
    port: 22,
    user: userInfo().username,
    knownHostsFiles: [
      '/nonexistent/.ssh/known_hosts',
      '/nonexistent/.ssh/known_hosts2',
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ],
    hostKeys: 'strict',
    connectTimeout: 10,
  })
  expect(settings()).not.toHaveProperty('password')
})

test.each<[Record<string, Value>, object]>([
  [
    { ansible_host: '192.0.2.1', ansible_port: 2222, ansible_user: 'ops' },
    { host: '192.0.2.1', port: 2222, user: 'ops' },
  ],
  [{ ansible_host: 'a', ansible_ssh_host: 'b' }, { host: 'b' }],
  [{ ansible_host: 'a', ansible_ssh_host: null }, { host: 'a' }],
  [{ ansible_port: '2200' }, { port: 2200 }],
  [{ ansible_user: 'a', ansible_ssh_user: 'b' }, { user: 'b' }],
  [{ ansible_user: '' }, { user: userInfo().username }],
  [{ ansible_private_key_file: '~/k', ansible_ssh_private_key_file: './k' }, { privateKeyFile: './k' }],
  [{ ansible_private_key_file: '~/k' }, { privateKeyFile: `${homedir()}/k` }],
  [{ ansible_timeout: 5, ansible_ssh_timeout: new Float(7) }, { connectTimeout: 7 }],
  [{ ansible_host_key_checking: 'no' }, { hostKeys: 'no' }],
  [{ ansible_connection: 'smart' }, { kind: 'ssh' }],
  [{ ansible_connection: 'local' }, { kind: 'local', name: 'web01' }],
  [{ ansible_ssh_common_args: '-o StrictHostKeyChecking=accept-new' }, { hostKeys: 'accept-new' }],
  [
    {
      ansible_ssh_args: '-C -o ControlMaster=auto -oControlPersist=60s',
      ansible_ssh_extra_args: "-o 'StrictHostKeyChecking no'",
    },
    { hostKeys: 'no' },
  ],
  [
    { ansible_ssh_common_args: '-o UserKnownHostsFile="~/a ./b" -o ConnectTimeout=3' },
    {
      knownHostsFiles: ['/nonexistent/a', './b', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      connectTimeout: 3,
    },
  ],
  [
    { ansible_ssh_common_args: '-J ops@b1,b2 -p 2222 -i ~/k' },
    { port: 2222, jumps: [{ host: 'b1', user: 'ops' }, { host: 'b2' }], identityFiles: ['/nonexistent/k'] },
  ],
  [{ ansible_port: 1, ansible_ssh_args: '-p 2' }, { port: 2 }],
  [{ ansible_port: 1, ansible_ssh_common_args: '-p 2' }, { port: 1 }],
  [{ ansible_connection: 'openssh' }, { kind: 'ssh', transport: 'openssh' }],
  [{ ansible_shell_type: 'fish', ansible_shell_executable: '/bin/bash' }, { shell: '/bin/bash' }],
  [{ ansible_shell_type: 'powershell' }, { platform: 'windows' }],
  [{ ansible_shell_type: 'cmd' }, { platform: 'windows' }],
  [{ muster_read_timeout: 9 }, { deadlines: { read: 9, open: 30, push: 60 } }],
  [{ ansible_ssh_retries: 3 }, { attempts: 4 }],
  [
    { ansible_ssh_common_args: '-o IdentitiesOnly=yes -o PreferredAuthentications=publickey' },
    { identitiesOnly: true, authentications: ['publickey'] },
  ],
  [
    { ansible_ssh_common_args: '-o ServerAliveInterval=5' },
    { keepalive: { interval: 5, count: 3 }, connectTimeout: 10 },
  ],
  [
    { ansible_ssh_extra_args: '-o ServerAliveInterval=5 -o ServerAliveCountMax=2' },
    { keepalive: { interval: 5, count: 2 } },
  ],
])('%j', (variables, expected) => {
  expect(settings(variables)).toMatchObject(expected)
})

test('OpenSSH never to ask is no reason to wait for ever', () => {
  expect(settings({ ansible_ssh_args: '-o ServerAliveInterval=0' })).not.toHaveProperty('keepalive')
})

test('variables stand above the command line', () => {
  const defaults = { user: 'u', privateKey: '/k', timeout: 3, acceptNewHostKeys: true }
  expect(settings({}, defaults)).toMatchObject({
    user: 'u',
    privateKeyFile: '/k',
    connectTimeout: 3,
    hostKeys: 'accept-new',
  })
  expect(settings({ ansible_user: 'v', ansible_ssh_private_key_file: '/l' }, defaults)).toMatchObject({
    user: 'v',
    privateKeyFile: '/l',
  })
  expect(settings({}, { connection: 'local' }).kind).toBe('local')
})

test('passwords become secrets, whatever type they were written in', () => {
  for (const password of ['0123', 123, new Secret('0123')]) {
    const { password: read } = settings({ ansible_ssh_pass: password })
    expect(read).toBeInstanceOf(Secret)
    expect(read?.revealText()).toBe(password === 123 ? '123' : '0123')
  }
  expect(settings({ ansible_password: 'a', ansible_ssh_password: 'b' }).password?.revealText()).toBe('b')
})

describe('refused with variable and place', () => {
  test.each<[Record<string, Value>, string]>([
    [{ ansible_port: 'ssh' }, 'inventory.yaml:1: web01: ansible_port must be a whole number from 1 to 65535'],
    [{ ansible_port: 0 }, 'ansible_port must be a whole number'],
    [{ ansible_port: true }, 'ansible_port must be a whole number'],
    [{ ansible_port: '' }, 'ansible_port must be a whole number'],
    [{ ansible_host: '' }, 'ansible_host is empty'],
    [{ ansible_host: 12 }, 'ansible_host must be text\n  hint: put it in quotes'],
    [{ ansible_user: new Secret('x') }, 'ansible_user cannot be a secret'],
    [{ ansible_password: dict() }, 'ansible_password must be text'],
    [{ ansible_host_key_checking: 'maybe' }, 'ansible_host_key_checking must be a boolean'],
    [{ ansible_connection: 'winrm' }, 'ansible_connection is "winrm"\n  hint: muster knows ssh, smart, auto'],
    [{ ansible_shell_type: 'tcsh' }, 'ansible_shell_type is "tcsh"'],
    [
      { ansible_shell_type: 'powershell', ansible_shell_executable: '/bin/bash' },
      'ansible_shell_executable is for POSIX hosts',
    ],
    [{ ansible_shell_executable: 'bash' }, 'ansible_shell_executable is "bash"'],
    [
      { ansible_connection: 'paramiko_ssh', ansible_ssh_common_args: '-C' },
      'rules out what Compression yes (ansible_ssh_common_args) needs',
    ],
    [{ muster_read_timeout: 0 }, 'muster_read_timeout must be a whole number'],
    [{ ansible_ssh_common_args: '-o Tunnel=yes' }, 'Tunnel yes is not obeyed'],
    [{ ansible_ssh_common_args: '-o StrictHostKeyCheking=no' }, 'did you mean "StrictHostKeyChecking"?'],
    [
      { ansible_ssh_common_args: '-o StrictHostKeyChecking=maybe' },
      'StrictHostKeyChecking: "maybe" is not one of',
    ],
  ])('%j', (variables, message) => {
    expect(refusal(variables)).toContain(message)
  })

  test('all at once, each at its place', () => {
    expect(
      refusal({ ansible_port: 'x', ansible_host: 1 })
        .split('\n')
        .filter((line) => line.includes('inventory')),
    ).toEqual([
      'inventory.yaml:2: web01: ansible_host must be text',
      'inventory.yaml:1: web01: ansible_port must be a whole number from 1 to 65535',
    ])
  })
})
