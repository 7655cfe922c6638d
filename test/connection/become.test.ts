import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Become, Connection } from '../../src/connection/connection.ts'
import { connectThrough } from '../../src/connection/local.ts'
import { startWords } from '../../src/connection/shell/identity.ts'
import { Secret } from '../../src/values/secret.ts'
import { step, told } from './steps.ts'

// Real sudo is in sudo.host.test.ts. Here a program with sudo's words stands for what needs no root.

let folder: string
const open: Connection[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-become-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Reads sudo's options into `$prompt` and `$user`, then does as told. */
function fakeSudo(name: string, behaviour: string): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    `#!/bin/sh
echo "$*" >>'${path}.log'
while :; do case $1 in -p) prompt=$2; shift 2;; -u) user=$2; shift 2;; --) shift; break;; *) shift;; esac; done
${behaviour}
`,
  )
  chmodSync(path, 0o755)
  return path
}

const ASKS = `
echo 'We trust you have received the usual lecture.' >&2
for try in 1 2 3; do
  printf %s "$prompt" >&2
  read -r answer || { echo 'sudo: no password was provided' >&2; exit 1; }
  echo "$answer" >>"$0.answers"
  [ "$answer" = "it's secret" ] && exec "$@"
  echo 'Sorry, try again.' >&2
done
exit 1`

function become(exe: string, password?: string): Become {
  const secret = password === undefined ? {} : { password: new Secret(password) }
  return { method: 'sudo', user: 'root', exe, flags: '-H -S -n', ...secret }
}

function connection(startTimeout = 10): Connection {
  const spawnWords = (words: readonly string[]) =>
    spawn(words[0] as string, words.slice(1), { detached: true })
  const made = connectThrough(spawnWords, 'web1', { startTimeout })
  open.push(made)
  return made
}

const run = async (identity: Become, script = 'echo in') =>
  told((await connection().request(identity, [step(script)]))[0])

test('the password is given when asked for, and never as a word', async () => {
  const exe = fakeSudo('asks', ASKS)
  expect(await run(become(exe, "it's secret"))).toEqual({ rc: 0, stdout: 'in\n', stderr: '' })
  expect(readFileSync(`${exe}.log`, 'utf8')).not.toContain('secret')
})

test('a wrong password is given once', async () => {
  const exe = fakeSudo('asks-again', ASKS)
  await expect(run(become(exe, 'wrong'))).rejects.toMatchObject({
    reason: 'become-password-wrong',
    started: false,
  })
  expect(readFileSync(`${exe}.answers`, 'utf8')).toBe('wrong\n')
})

test('a password that nobody asks for is not given', async () => {
  const exe = fakeSudo('free', 'exec "$@"')
  expect(await run(become(exe, "it's secret"), 'cat; echo in')).toEqual({ rc: 0, stdout: 'in\n', stderr: '' })
})

test.each([
  ['a password is required', 'sudo: a password is required', 'become-password-missing', /--ask-become-pass/],
  ['requiretty', 'sudo: sorry, you must have a tty to run sudo', 'become-refused', /requiretty/],
  ['not in sudoers', 'ops is not in the sudoers file.', 'become-refused', /sudoers/],
  [
    'not allowed',
    'Sorry, user ops is not allowed to execute "/bin/sh" as root on web1.',
    'become-refused',
    /sudoers/,
  ],
  ['no such user', 'sudo: unknown user ghost', 'become-refused', /ansible_become_user/],
  ['no new privileges', 'sudo: The "no new privileges" flag is set', 'become-refused', /cannot gain rights/],
])('%s is told with what to do', async (name, says, reason, hint) => {
  const exe = fakeSudo(`refuses ${name}`, `echo '${says}' >&2; exit 1`)
  await expect(run(become(exe))).rejects.toMatchObject({
    reason,
    hint: expect.stringMatching(hint),
    message: expect.stringContaining(says),
    started: false,
  })
})

test('a sudo that is not there is told with what to do', async () => {
  await expect(run(become(join(folder, 'no-sudo')))).rejects.toMatchObject({
    reason: 'become-refused',
    hint: expect.stringContaining('ansible_become_exe'),
  })
})

test('what the host says is shown without its control characters', async () => {
  const exe = fakeSudo('colourful', `printf '\\033[31mno\\033[0m \\007way' >&2; exit 1`)
  await expect(run(become(exe))).rejects.toMatchObject({ message: expect.stringMatching(/: no \\x07way$/) })
})

test('a sudo that asks something else, or nothing at all, is given up', async () => {
  const exe = fakeSudo('silent', 'printf "Token: " >&2; cat >/dev/null; exit 1')
  for (const identity of [become(exe, 'secret'), become(exe)]) {
    await expect(connection(0.3).request(identity, [step('echo in')])).rejects.toMatchObject({
      reason: 'become-refused',
      message: expect.stringMatching(/within 0.3 s: Token:/),
      started: false,
    })
  }
})

test.each([
  ['-H -S -n', undefined, ['-n', '-H', '-S', '-n']],
  ['-H', undefined, ['-n', '-H']],
  ['-H -S -n', 'x', ['-S', '-p', 'PROMPT', '-H', '-S']],
  ['-HSn --non-interactive', 'x', ['-S', '-p', 'PROMPT', '-HS']],
])('the flags %s with the password %s', (flags, password, expected) => {
  const words = startWords({ ...become('sudo', password), flags }, 'PROMPT')
  expect(words).toEqual(['env', 'LC_MESSAGES=C', 'sudo', ...expected, '-u', 'root', '--', '/bin/sh'])
})

/** Reads su's words: flags, the user, `-c`, text. */
function fakeSu(name: string, behaviour: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\nwhile [ "$1" != -c ]; do shift; done\n${behaviour}\n`)
  chmodSync(path, 0o755)
  return path
}
const su = (exe: string, password?: string): Become => ({
  ...become(exe, password),
  method: 'su',
  flags: '-m',
})

test.each(['Password: ', 'Mot de passe : ', 'パスワード：', 'Slaptažodis:'])(
  'su asks in any language: %s',
  async (prompt) => {
    const exe = fakeSu(
      `su ${Buffer.from(prompt).toString('hex')}`,
      `printf '%s' '${prompt}' >&2; read -r answer; echo >&2; [ "$answer" = "it's secret" ] || { echo 'su: Authentication failure' >&2; exit 1; }; exec sh -c "$2"`,
    )
    expect(await run(su(exe, "it's secret"), 'echo in; echo err >&2; exit 3')).toEqual({
      rc: 3,
      stdout: 'in\n',
      stderr: 'err\n',
    })
    await expect(run(su(exe, 'wrong'))).rejects.toMatchObject({ reason: 'become-password-wrong' })
    await expect(run(su(exe))).rejects.toMatchObject({
      reason: 'become-password-missing',
      hint: expect.stringContaining('--ask-become-pass'),
    })
  },
)

test('su that asks nothing', async () => {
  const exe = fakeSu('su free', 'exec sh -c "$2"')
  for (const password of [undefined, 'x'])
    expect(await run(su(exe, password), "echo 'a  b'; cat")).toEqual({ rc: 0, stdout: 'a  b\n', stderr: '' })
})

test('doas never asks without a password to give', () => {
  const doas: Become = { ...become('doas'), method: 'doas', flags: '' }
  expect(startWords(doas, 'prompt').slice(2)).toEqual([
    'doas',
    '-n',
    '-u',
    'root',
    '--',
    'env',
    'LC_MESSAGES=C',
    '/bin/sh',
  ])
})
