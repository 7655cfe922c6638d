import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AuthContext, ServerChannel } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionSettings } from '../../src/connection/connection.ts'
import { Connector } from '../../src/connection/connector.ts'
import type { Question } from '../../src/connection/keys/dialogue.ts'
import { Secret } from '../../src/values/secret.ts'
import { SshDouble } from '../faults/double.ts'
import { makeKey } from '../faults/sshd.ts'
import { step, told } from './steps.ts'

// What hosts ask when they let a user in, answered by a person, over both transports. PAM's modules are not at hand
// everywhere, so a double of a server asks as they do.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-dialogues-'))
  for (const name of ['host_key', 'user_key']) makeKey(join(folder, name))
  makeKey(join(folder, 'locked_key'), 'open sesame')
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

interface Attempt {
  readonly check: (context: AuthContext) => void
  readonly changes?: Partial<ConnectionSettings>
  readonly person?: (question: Question) => Promise<string | undefined>
  readonly passphrase?: (file: string) => Promise<Secret | undefined>
}

const PASSWORD = 'correct horse'
const CODE = '123456'
const noSsh = existsSync('/usr/bin/ssh') ? undefined : 'skipped: there is no ssh (openssh-client)'

for (const transport of ['library', 'openssh'] as const) {
  const missing = transport === 'openssh' ? noSsh : undefined
  describe.skipIf(missing)(`by the transport ${transport}${missing ? ` (${missing})` : ''}`, () => {
    async function logIn({ check, changes, person, passphrase }: Attempt) {
      const questions: Question[] = []
      const double = await SshDouble.start({
        hostKey: join(folder, 'host_key'),
        exec: run,
        authenticate: check,
      })
      const [type, blob] = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ')
      const knownHosts = join(folder, `known_hosts-${double.port}`)
      writeFileSync(knownHosts, `[127.0.0.1]:${double.port} ${type} ${blob}\n`)
      const connector = new Connector(passphrase, {
        home: folder,
        ...(person === undefined
          ? {}
          : {
              askPerson: async (question) => {
                questions.push(question)
                const answer = await person(question)
                return answer === undefined ? undefined : new Secret(answer)
              },
            }),
      })
      try {
        const connection = await connector.connect({
          kind: 'ssh',
          name: 'web1',
          host: '127.0.0.1',
          port: double.port,
          user: 'deploy',
          privateKeyFile: join(folder, 'user_key'),
          knownHostsFiles: [knownHosts],
          hostKeys: 'strict',
          connectTimeout: 10,
          transport,
          ...changes,
        })
        try {
          return { questions, output: told((await connection.request(undefined, [step('echo in')]))[0]) }
        } finally {
          await connection.close()
        }
      } catch (error) {
        return { questions, error: error as Error }
      } finally {
        await connector.close()
        await double.stop()
      }
    }

    /** A key first, then a code, as most hosts with a second factor have it. */
    function keyThenCode(prompt = 'Verification \u001b[31mcode: ', echo = false) {
      return (context: AuthContext) => {
        if (context.method === 'publickey')
          return context.signature === undefined
            ? context.accept()
            : context.reject(['keyboard-interactive'], true)
        if (context.method !== 'keyboard-interactive') return context.reject(['publickey'])
        context.prompt([{ prompt, echo }], ([answer]) =>
          answer === CODE ? context.accept() : context.reject(),
        )
      }
    }

    test('a one-time code behind a key is asked of a person', async () => {
      const { questions, output } = await logIn({ check: keyThenCode(), person: async () => CODE })
      expect(output).toEqual({ rc: 0, stdout: 'in\n', stderr: '' })
      expect(questions).toHaveLength(1)
      expect(questions[0]).toMatchObject({
        from: 'web1 (deploy@127.0.0.1)',
        prompt: expect.stringMatching(/Verification .*code:$/),
      })
      expect(questions[0]?.prompt).not.toContain('\u001b')
    })

    test('a person may take longer than a host', async () => {
      const person = async () => {
        await wait(1500)
        return CODE
      }
      const { output } = await logIn({ check: keyThenCode(), person, changes: { connectTimeout: 1 } })
      expect(output?.stdout).toBe('in\n')
    })

    test('the password is given by itself, and the code behind it is asked for', async () => {
      const check = (context: AuthContext) => {
        if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
        context.prompt([{ prompt: 'Password: ', echo: false }], ([password]) =>
          password === PASSWORD
            ? context.prompt([{ prompt: 'Token: ', echo: true }], ([code]) =>
                code === CODE ? context.accept() : context.reject(),
              )
            : context.reject(),
        )
      }
      const changes = { password: new Secret(PASSWORD) }
      const { questions, output } = await logIn({ check, changes, person: async () => CODE })
      expect(output?.stdout).toBe('in\n')
      expect(questions.map(({ prompt }) => prompt.replace(/^\(.*\) /, ''))).toEqual(['Token:'])
    })

    test('a password is never given where a code is asked for', async () => {
      const given: string[] = []
      const check = (context: AuthContext) => {
        if (context.method === 'publickey') return keyThenCode()(context)
        if (context.method !== 'keyboard-interactive') return context.reject(['publickey'])
        context.prompt([{ prompt: 'Passcode: ', echo: false }], (answers) => {
          given.push(...answers)
          context.reject()
        })
      }
      await logIn({ check, changes: { password: new Secret(PASSWORD) } })
      expect(given).not.toContain(PASSWORD)
    })

    test('without anybody to ask the message says what was asked', async () => {
      const { error } = await logIn({ check: keyThenCode() })
      expect(error).toMatchObject({ reason: 'authentication' })
    })

    test('nobody is asked where the key is refused, and with BatchMode', async () => {
      const person = async () => CODE
      const refused = await logIn({
        check: (context) => {
          if (context.method !== 'keyboard-interactive')
            return context.reject(['publickey', 'keyboard-interactive'])
          context.prompt([{ prompt: 'Password: ', echo: false }], () => context.reject())
        },
        person,
      })
      expect(refused.error).toMatchObject({ reason: 'authentication' })
      const batch = await logIn({ check: keyThenCode(), person, changes: { batch: true } })
      expect(batch.error).toMatchObject({ reason: 'authentication' })
      expect([...refused.questions, ...batch.questions]).toEqual([])
    })

    test('a host cannot keep a person answering', async () => {
      const check = (context: AuthContext) => {
        if (context.method === 'publickey') return keyThenCode()(context)
        if (context.method !== 'keyboard-interactive') return context.reject(['publickey'])
        let rounds = 0
        const again = (): void => {
          rounds += 1
          if (rounds > 40) context.reject()
          else context.prompt([{ prompt: 'Code: ', echo: false }], again)
        }
        again()
      }
      const { questions, error } = await logIn({ check, person: async () => CODE })
      expect(error).toBeDefined()
      expect(questions.length).toBeLessThanOrEqual(10)
    })

    test('the passphrase of a key is asked for, and no host hears it', async () => {
      const asked: string[] = []
      const { output } = await logIn({
        check: (context) =>
          context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
        changes: { privateKeyFile: join(folder, 'locked_key') },
        passphrase: async (file) => {
          asked.push(file)
          return new Secret('open sesame')
        },
      })
      expect(output?.stdout).toBe('in\n')
      expect(asked).toEqual([join(folder, 'locked_key')])
    })
  })
}

describe('on the terminal', () => {
  test('a code is asked for and typed, and is masked', async () => {
    const double = await SshDouble.start({
      hostKey: join(folder, 'host_key'),
      exec: run,
      authenticate: (context) => {
        if (context.method === 'publickey')
          return context.signature === undefined
            ? context.accept()
            : context.reject(['keyboard-interactive'], true)
        if (context.method !== 'keyboard-interactive') return context.reject(['publickey'])
        context.prompt([{ prompt: 'Verification code: ', echo: false }], ([answer]) =>
          answer === CODE ? context.accept() : context.reject(),
        )
      },
    })
    try {
      const [type, blob] = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ')
      writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${double.port} ${type} ${blob}\n`)
      writeFileSync(
        join(folder, 'hosts'),
        `web1 ansible_host=127.0.0.1 ansible_port=${double.port} ansible_connection=paramiko_ssh ansible_ssh_private_key_file=${join(folder, 'locked_key')} ansible_ssh_common_args="-F none -o UserKnownHostsFile=${join(folder, 'known_hosts')}"\n`,
      )
      writeFileSync(join(folder, 'passphrase'), 'open sesame\n')
      writeFileSync(
        join(folder, 'play.yaml'),
        `- hosts: all\n  gather_facts: false\n  tasks: [{ command: echo the code was ${CODE}, register: said }, { debug: { var: said.stdout } }]\n`,
      )
      const words = [process.execPath, join(import.meta.dirname, '../../bin/muster.js'), 'apply']
      words.push(join(folder, 'play.yaml'), '-i', join(folder, 'hosts'))
      words.push('--private-key-passphrase-file', join(folder, 'passphrase'))
      const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], {
        env: { PATH: process.env['PATH'], HOME: folder, TERM: 'dumb', XDG_STATE_HOME: folder },
        stdio: 'pipe',
      })
      let said = ''
      let typed = false
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (!typed && said.includes('Verification code:')) {
          typed = true
          child.stdin.write(`${CODE}\n`)
        }
      })
      const code = await new Promise((resolve) => child.once('close', resolve))
      expect(said).toMatch(/web1 \(\S+@127\.0\.0\.1\): Verification code:/)
      expect(said).toContain('the code was ****')
      expect(said).not.toContain(CODE)
      expect(code).toBe(0)
    } finally {
      await double.stop()
    }
  })
})
