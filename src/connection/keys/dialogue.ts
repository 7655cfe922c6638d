import type { AnyAuthMethod } from 'ssh2'
import type { Secret } from '../../values/secret.ts'
import { displayText } from '../../values/text/visible.ts'
import type { ConnectionSettings } from '../connection.ts'

/** What a host, or a key's hardware, asks a person. */
export interface Question {
  /** Who asks: `web1 (deploy@10.0.0.1)`. */
  readonly from: string
  /** Free of control characters. */
  readonly prompt: string
  /** What is typed may be seen. */
  readonly echo: boolean
}

/** Asks a person; undefined when there is nobody to ask. */
export type AskPerson = (question: Question) => Promise<Secret | undefined>

/** Prompts for something else than the password, however hidden what is typed there is. */
const CODE = /\b(?:code|otp|token|passcode|one[- ]time|verification|factor|pin|duo)\b/i

/** Questions in one login: a host must not be able to keep a person answering. */
const MOST_QUESTIONS = 10

/** The dialogue of keyboard-interactive with one host: the password is given once, all else is asked of a person. */
export class Dialogue {
  readonly #settings: ConnectionSettings
  readonly #ask: AskPerson | undefined
  readonly #notes: string[]
  #passwordGiven = false
  #questions = 0
  #asking = false
  #answered = Number.NEGATIVE_INFINITY

  /** @param notes gets what nobody answered, for the message when the login fails */
  constructor(settings: ConnectionSettings, ask: AskPerson | undefined, notes: string[]) {
    this.#settings = settings
    this.#ask = settings.batch === true ? undefined : ask
    this.#notes = notes
  }

  /** Whether there is anybody, or a password, to answer. */
  get possible(): boolean {
    return this.#ask !== undefined || this.#settings.password !== undefined
  }

  /** The host has taken the password by the method `password`: what it asks now is something else. */
  passwordTaken(): void {
    this.#passwordGiven = true
  }

  /** Milliseconds since a person has answered; 0 while one thinks. The host's time does not run then. */
  get sinceAnswer(): number {
    return this.#asking ? 0 : performance.now() - this.#answered
  }

  get method(): AnyAuthMethod {
    return {
      type: 'keyboard-interactive',
      username: this.#settings.user,
      prompt: (_name, instructions, _language, prompts, finish) => {
        const asked = prompts.map(({ prompt, echo }) => ({ prompt, echo: echo === true }))
        void this.#answer(instructions, asked).then(finish)
      },
    }
  }

  async #answer(
    instructions: string,
    prompts: readonly { readonly prompt: string; readonly echo: boolean }[],
  ): Promise<string[]> {
    const { password } = this.#settings
    const answers: string[] = []
    for (const { prompt, echo } of prompts) {
      const isPassword = prompts.length === 1 && !echo && !CODE.test(prompt)
      if (isPassword && password !== undefined && !this.#passwordGiven) {
        this.#passwordGiven = true
        answers.push(password.revealText())
      } else answers.push(await this.#askPerson(instructions, prompt, echo))
    }
    return answers
  }

  async #askPerson(instructions: string, prompt: string, echo: boolean): Promise<string> {
    const { name, user, host } = this.#settings
    const said = [instructions, prompt].map((text) => displayText(Buffer.from(text), 200).trim())
    const question = { from: `${name} (${user}@${host})`, prompt: said.filter(Boolean).join(' '), echo }
    this.#questions += 1
    this.#asking = true
    const mayAsk = this.#questions <= MOST_QUESTIONS
    const answer = mayAsk ? await this.#ask?.(question).catch(() => undefined) : undefined
    this.#asking = false
    this.#answered = performance.now()
    if (answer === undefined) this.#notes.push(`the host also asks: ${said[1]}`)
    return answer?.revealText() ?? ''
  }
}
