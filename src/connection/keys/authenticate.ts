import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2'
import { displayText } from '../../values/text/visible.ts'
import { ConnectionError, type ConnectionSettings } from '../connection.ts'
import { type Credential, type Credentials, wireMethod } from './credentials.ts'

/** Offers credentials one after the other, and remembers what was tried for the message when none does. */
export class Authentication {
  readonly #settings: ConnectionSettings
  readonly #credentials: Credentials
  readonly #mayUsePassword: () => boolean
  readonly #tried: Credential[] = []
  /** Methods that the host took as one of several that it wants. */
  readonly #accepted = new Set<string>()
  #offered: readonly string[] | undefined
  #next = 0

  /** @param mayUsePassword asked before a password is sent: the host's key is known by then */
  constructor(settings: ConnectionSettings, credentials: Credentials, mayUsePassword: () => boolean) {
    this.#settings = settings
    this.#credentials = credentials
    this.#mayUsePassword = mayUsePassword
  }

  /**
   * For ssh2. The first call comes before the host has said which methods it takes: the first credential is tried at
   * once, without asking with `none` first, which would cost a round trip.
   */
  readonly handler: AuthHandlerMiddleware = (left: readonly string[] | null, partial, next) => {
    if (left !== null) this.#offered = left
    if (partial) {
      const last = this.#tried.at(-1)
      if (last !== undefined) this.#accepted.add(wireMethod(last.method))
      if (this.#accepted.has('password')) this.#credentials.dialogue.passwordTaken()
      this.#next = 0
    }
    const credential = this.#choose(left)
    if (credential !== undefined) this.#tried.push(credential)
    // ssh2 takes `false` for "nothing more", which its types leave out.
    next(credential?.method ?? (false as unknown as AnyAuthMethod))
  }

  /** Milliseconds since a person has answered the host; 0 while one is asked. */
  get sinceAnswer(): number {
    return this.#credentials.dialogue.sinceAnswer
  }

  failure(): ConnectionError {
    const { name, user, host } = this.#settings
    const tried = this.#tried.map(({ says }) => says).join('; ')
    const offers =
      this.#offered === undefined
        ? ''
        : `; the host takes ${displayText(this.#offered.join(', '), 200) || 'nothing more'}`
    const notes = this.#credentials.notes.map((note) => `; ${note}`).join('')
    return new ConnectionError(
      'authentication',
      `${name}: ${user}@${host} was refused, tried ${tried}${offers}${notes}`,
      {
        hint: `check ansible_user (${user}), and that the host has the public key in that user's ~/.ssh/authorized_keys`,
      },
    )
  }

  #choose(left: readonly string[] | null): Credential | undefined {
    const { list } = this.#credentials
    while (this.#next < list.length) {
      const credential = list[this.#next++] as Credential
      const method = wireMethod(credential.method)
      if (this.#accepted.has(method)) continue
      if (credential.secondOnly === true && this.#accepted.size === 0) continue
      if (left !== null && method !== 'none' && !left.includes(method)) continue
      const secret = method === 'password' || method === 'keyboard-interactive'
      if (secret && !this.#mayUsePassword()) continue
      // The same password by another way would count as a second wrong try and could lock the account.
      if (method === 'keyboard-interactive' && this.#wasTried('password') && !this.#accepted.has('password'))
        continue
      return credential
    }
    return undefined
  }

  /** A password that the host does not take by that method at all was not really tried. */
  #wasTried(method: string): boolean {
    return (
      this.#offered?.includes(method) === true &&
      this.#tried.some((credential) => wireMethod(credential.method) === method)
    )
  }
}
