import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { quote } from '../../shell/quote.ts'
import type { Secret } from '../../values/secret.ts'
import { displayText } from '../../values/text/visible.ts'
import type { ConnectionSettings } from '../connection.ts'
import type { AskPerson } from '../keys/dialogue.ts'

/** The program that ssh starts to ask: it hands the question to muster over a socket that nobody else can open. */
const CLIENT = `
const socket = require('node:net').connect(process.argv[1])
let answer = ''
socket.on('data', (chunk) => { answer += chunk })
socket.on('error', () => process.exit(1))
socket.on('end', () => answer.startsWith('+') ? process.stdout.write(answer.slice(1) + '\\n') : process.exit(1))
socket.end(JSON.stringify([process.argv[2], process.env.SSH_ASKPASS_PROMPT || '']))
`

/** Questions in one login: a host must not be able to keep a person answering. */
const MOST_QUESTIONS = 10
const LONGEST = 4096

/** Who answers what ssh asks. */
export interface Answerer {
  readonly person: AskPerson | undefined
  /** Asked for a key's passphrase that no setting has. */
  readonly passphrase: ((file: string) => Promise<Secret | undefined>) | undefined
}

/**
 * Answers ssh's questions: the password once, passphrases, and of a person what is left, such as one-time codes and PINs.
 * Secrets are in no command line, no environment and no file.
 */
export class Askpass {
  readonly #server: Server
  readonly #settings: ConnectionSettings
  readonly #answerer: Answerer
  readonly #sockets = new Set<Socket>()
  #passwordGiven = false
  #questions = 0
  #asking = 0
  #answered = Number.NEGATIVE_INFINITY
  /** For ssh. */
  readonly environment: Readonly<Record<string, string>>

  private constructor(folder: string, settings: ConnectionSettings, answerer: Answerer) {
    this.#settings = settings
    this.#answerer = answerer
    this.environment = {
      SSH_ASKPASS: join(folder, 'ask'),
      SSH_ASKPASS_REQUIRE: 'force',
      // Older ssh asks for it only where there seems to be a display.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
    }
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket))
  }

  /** @param folder that only this user may enter */
  static async start(folder: string, settings: ConnectionSettings, answerer: Answerer): Promise<Askpass> {
    const askpass = new Askpass(folder, settings, answerer)
    const socket = join(folder, 'a')
    const words = [process.execPath, '-e', CLIENT, socket].map(quote).join(' ')
    await writeFile(join(folder, 'ask'), `#!/bin/sh\nexec ${words} "$1"\n`, { mode: 0o700 })
    await new Promise<void>((resolve, reject) => {
      askpass.#server.once('error', reject)
      askpass.#server.listen(socket, resolve)
    })
    await chmod(socket, 0o600)
    return askpass
  }

  /** Milliseconds since a person has answered; 0 while one thinks. */
  get sinceAnswer(): number {
    return this.#asking > 0 ? 0 : performance.now() - this.#answered
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(socket: Socket): void {
    let text = ''
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.length > LONGEST) socket.destroy()
    })
    socket.on('end', () => {
      void this.#answer(text).then((answer) => {
        socket.end(answer === undefined ? '-' : `+${answer}`)
      })
    })
  }

  async #answer(text: string): Promise<string | undefined> {
    const [asked, kind] = read(text)
    const { password, privateKeyPassphrase } = this.#settings
    // A host key is never taken by a word, and `none` is a notice: touch the key.
    if (/\(yes\/no/i.test(asked)) return undefined
    if (kind === 'none') return ''
    const [, file] = /passphrase for (?:key )?'?(.+?)'?:? *$/i.exec(asked) ?? []
    if (file !== undefined || /passphrase/i.test(asked)) {
      const known =
        privateKeyPassphrase ?? (await this.#wait(() => this.#answerer.passphrase?.(file ?? 'the key')))
      return known?.revealText()
    }
    if (/password/i.test(asked)) {
      if (password !== undefined && !this.#passwordGiven) {
        this.#passwordGiven = true
        return password.revealText()
      }
      // Not every host that refuses a key is to ask a person for a password.
      if (this.#settings.authentications?.includes('keyboard-interactive') !== true) return undefined
    }
    return (await this.#wait(() => this.#askPerson(asked)))?.revealText()
  }

  #askPerson(asked: string): Promise<Secret | undefined> {
    this.#questions += 1
    if (this.#questions > MOST_QUESTIONS || this.#answerer.person === undefined)
      return Promise.resolve(undefined)
    const { name, user, host } = this.#settings
    const prompt = displayText(Buffer.from(asked), 200).trim()
    return this.#answerer.person({ from: `${name} (${user}@${host})`, prompt, echo: false })
  }

  async #wait<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
    this.#asking += 1
    try {
      return await ask()
    } catch {
      return undefined
    } finally {
      this.#asking -= 1
      this.#answered = performance.now()
    }
  }
}

function read(text: string): readonly [asked: string, kind: string] {
  try {
    const [asked, kind] = JSON.parse(text) as [unknown, unknown]
    return [String(asked ?? ''), String(kind ?? '')]
  } catch {
    return ['', '']
  }
}
