import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthContext, ServerChannel } from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/connection/connect.ts'
import type { ConnectionSettings } from '../../src/connection/connection.ts'
import { PrivateKeys } from '../../src/connection/keys/private-keys.ts'
import { Secret } from '../../src/values/secret.ts'
import { SshDouble } from '../faults/double.ts'
import { makeKey } from '../faults/sshd.ts'
import { step, told } from './steps.ts'

// A real sshd takes passwords of system accounts only, so a double stands in for it here.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-passwords-'))
  makeKey(join(folder, 'host_key'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the command for real, so that the resident shell works through the double. */
function run(channel: ServerChannel, command: string): void {
  const child = spawn('/bin/sh', ['-c', command], { detached: true })
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.once('close', (code) => {
    channel.exit(code ?? 255)
    channel.end()
  })
}

function settings(port: number, password: string): ConnectionSettings {
  const [type, blob] = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ')
  const knownHosts = join(folder, `known_hosts-${port}`)
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${blob}\n`)
  return {
    kind: 'ssh',
    name: 'web1',
    host: '127.0.0.1',
    port,
    user: 'deploy',
    password: new Secret(password),
    knownHostsFiles: [knownHosts],
    hostKeys: 'strict',
    connectTimeout: 10,
  }
}

/** Connects to a double with that way of checking, and gives what the methods tried were. */
async function logIn(password: string, check: (context: AuthContext) => void) {
  const tried: string[] = []
  const double = await SshDouble.start({
    hostKey: join(folder, 'host_key'),
    exec: run,
    authenticate(context) {
      tried.push(context.method)
      check(context)
    },
  })
  try {
    const connection = await connect(settings(double.port, password), {
      privateKeys: new PrivateKeys(undefined, folder),
    })
    try {
      return { tried, output: told((await connection.request(undefined, [step('echo in')]))[0]) }
    } finally {
      await connection.close()
    }
  } catch (error) {
    return { tried, error: error as Error }
  } finally {
    await double.stop()
  }
}

const PASSWORD = 'correct horse'
const both = ['password', 'keyboard-interactive'] as const

test('a password lets in, and is the first thing tried', async () => {
  const { tried, output } = await logIn(PASSWORD, (context) => {
    if (context.method === 'password' && context.password === PASSWORD) context.accept()
    else context.reject([...both])
  })
  expect(output).toEqual({ rc: 0, stdout: 'in\n', stderr: '' })
  expect(tried).toEqual(['password'])
})

test('a wrong password is tried once, by one method, and is not shown', async () => {
  const { tried, error } = await logIn('wrong password', (context) => context.reject([...both]))
  expect(tried).toEqual(['password'])
  expect(error).toMatchObject({ reason: 'authentication', started: false })
  expect(error?.message).toContain('deploy@127.0.0.1 was refused')
  expect(error?.message).not.toContain('wrong password')
})

test('keyboard-interactive answers the one hidden prompt with the password', async () => {
  const { tried, output } = await logIn(PASSWORD, (context) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
      answer === PASSWORD ? context.accept() : context.reject(),
    )
  })
  expect(tried).toEqual(['password', 'keyboard-interactive'])
  expect(output?.stdout).toBe('in\n')
})

test('a second factor cannot be answered, and the message says what was asked', async () => {
  const { error } = await logIn(PASSWORD, (context) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
    context.prompt([{ prompt: 'Password: ', echo: false }], () =>
      context.prompt([{ prompt: 'Verification \u001b[31mcode: ', echo: true }], () => context.reject()),
    )
  })
  expect(error).toMatchObject({ reason: 'authentication' })
  expect(error?.message).toContain('the host also asks: Verification code:')
})

test('a password that is one of two methods wanted is not offered again', async () => {
  const { tried, error } = await logIn(PASSWORD, (context) => {
    if (context.method === 'password') context.reject(['publickey'], true)
    else context.reject(['publickey'])
  })
  expect(tried).toEqual(['password'])
  expect(error?.message).toContain('the host takes publickey')
})

test('an exec that the host refuses is no shell', async () => {
  const double = await SshDouble.start({
    hostKey: join(folder, 'host_key'),
    authenticate: (context) => context.accept(),
  })
  const connection = await connect(settings(double.port, PASSWORD), {
    privateKeys: new PrivateKeys(undefined, folder),
  })
  await expect(connection.request(undefined, [step('echo x')])).rejects.toMatchObject({
    reason: 'no-shell',
    started: false,
  })
  await connection.close()
  await double.stop()
})

test('a shell that ends without an exit status is never a success', async () => {
  const double = await SshDouble.start({
    hostKey: join(folder, 'host_key'),
    authenticate: (context) => context.accept(),
    exec: (channel) => channel.end(),
  })
  const connection = await connect(settings(double.port, PASSWORD), {
    privateKeys: new PrivateKeys(undefined, folder),
  })
  await expect(connection.request(undefined, [step('echo x')])).rejects.toMatchObject({
    reason: 'no-shell',
    message: expect.stringContaining('without an exit status'),
  })
  async function* read() {
    yield Buffer.from('x')
  }
  const source = { size: 1, sha256: '', read }
  await expect(connection.push(undefined, source, '/nowhere')).rejects.toMatchObject({ reason: 'lost' })
  await connection.close()
  await double.stop()
})
