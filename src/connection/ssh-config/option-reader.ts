import { join } from 'node:path'
import type { Problem } from '../../values/problem.ts'
import type { ConnectionSettings, Decision } from '../connection.ts'
import { type AlgorithmChoice, type AlgorithmKind, chooseAlgorithms } from './algorithms.ts'
import type { SshOption, SshOptions } from './evaluate.ts'
import { optionOf } from './options.ts'
import { ALL_TOKENS, expandTokens, type TokenValues } from './tokens.ts'

/** Methods that OpenSSH has and muster's own transport lacks. */
const OPENSSH_METHODS = ['hostbased', 'gssapi-with-mic', 'gssapi-keyex']

/** Reads values of options, and keeps what is wrong, what muster's own transport lacks, and where each came from. */
export class OptionReader {
  readonly problems: Problem[]
  readonly needsOpenssh: string[] = []
  readonly #options: SshOptions
  readonly #notes = new Map<string, string>()

  constructor(options: SshOptions, problems: Problem[]) {
    this.#options = options
    this.problems = problems
    for (const [keyword, [first]] of options) {
      const treatment = optionOf(keyword)?.treatment
      if (first === undefined || treatment === undefined) continue
      if (treatment.kind === 'moot') this.#notes.set(keyword, `without effect: ${treatment.why}`)
      else if (treatment.kind === 'openssh' && !this.#harmless(first, treatment.harmless)) {
        this.#lacks(first, keyword)
      } else if (treatment.kind === 'refused' && !this.#harmless(first, treatment.harmless)) {
        const what = `${first.name} ${first.words.join(' ')} is not obeyed`
        this.problems.push({ message: `${first.from}: ${what}`, hint: treatment.hint })
      }
    }
  }

  decisions(): Decision[] {
    return [...this.#options].flatMap(([keyword, set]) =>
      set.map(({ name, words, from }) => ({
        name,
        value: words.join(' '),
        from,
        note: this.#notes.get(keyword),
      })),
    )
  }

  all(name: string): readonly SshOption[] {
    return this.#options.get(name.toLowerCase()) ?? []
  }

  text(name: string): string | undefined {
    return this.all(name)[0]?.words[0]
  }

  /** Text, where `none` stands for nothing. */
  none(name: string): string | undefined {
    const text = this.text(name)
    return text?.toLowerCase() === 'none' ? undefined : text
  }

  problem(name: string, message: string, hint?: string): void {
    const from = this.all(name)[0]?.from
    this.problems.push({ message: `${from === undefined ? '' : `${from}: `}${name}: ${message}`, hint })
  }

  boolean(name: string): boolean | undefined {
    const word = this.choice(name, ['yes', 'no', 'true', 'false'])
    return word === undefined ? undefined : word === 'yes' || word === 'true'
  }

  choice(name: string, words: readonly string[]): string | undefined {
    const word = this.text(name)?.toLowerCase()
    if (word === undefined || words.includes(word)) return word
    this.problem(name, `${JSON.stringify(word)} is not one of ${words.join(', ')}`)
    return undefined
  }

  integer(name: string, from: number, to: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= from && number <= to) return number
    this.problem(name, `must be a whole number from ${from} to ${to}`)
    return undefined
  }

  /** Names that a program would take for an option, or a shell for a command. */
  checkNames(host: string, user: string, command: string | undefined): void {
    const wrong = command === undefined ? /^-|[\s\u0000-\u001f\u007f]/ : /^-|[^\w.:%@+-]/
    if (wrong.test(host)) this.problem('HostName', `${JSON.stringify(host)} cannot be a host`)
    if (/^-|[\u0000-\u001f\u007f]/.test(user) || (command !== undefined && wrong.test(user)))
      this.problem('User', `${JSON.stringify(user)} cannot be a user`)
  }

  /** A time as in sshd_config(5), TIME FORMATS; undefined for 0 and `none`. */
  seconds(name: string): number | undefined {
    const text = this.none(name)
    if (text === undefined) return undefined
    const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
    if (!/^(?:\d{1,9}[smhdw]?)+$/i.test(text)) {
      this.problem(name, `${JSON.stringify(text)} is no time`, 'write seconds, or a time such as 1m30s')
      return undefined
    }
    let seconds = 0
    for (const [, digits, unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi))
      seconds += Number(digits) * (units[unit.toLowerCase()] ?? 1)
    return seconds === 0 ? undefined : seconds
  }

  expand(text: string, name: string, tokens: TokenValues, allowed = ALL_TOKENS): string {
    try {
      return expandTokens(text, tokens, allowed)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.problem(name, error.message)
      return text
    }
  }

  expanded(name: string, tokens: TokenValues, allowed: string): string | undefined {
    const [option] = this.all(name)
    if (option === undefined || option.words[0]?.toLowerCase() === 'none') return undefined
    return this.expand(option.words.join(' '), name, tokens, allowed === '%hn' ? '%h' : allowed)
  }

  paths(name: string, tokens: TokenValues): string[] | undefined {
    const [option] = this.all(name)
    if (option === undefined) return undefined
    if (option.words.length === 1 && option.words[0]?.toLowerCase() === 'none') return []
    // `-o UserKnownHostsFile="a b"` is two files as well.
    return option.words
      .flatMap((word) => word.split(/\s+/))
      .filter((word) => word !== '')
      .map((word) => inHome(this.expand(word, name, tokens), tokens.home))
  }

  /** Of ProxyJump and ProxyCommand the first that was set counts. The map keeps that order. */
  proxy(): 'jump' | 'command' | undefined {
    for (const keyword of this.#options.keys()) {
      if (keyword === 'proxyjump') return this.none('ProxyJump') === undefined ? undefined : 'jump'
      if (keyword === 'proxycommand') return this.none('ProxyCommand') === undefined ? undefined : 'command'
    }
    return undefined
  }

  hostKeys(acceptNew: boolean): ConnectionSettings['hostKeys'] {
    const word = this.choice('StrictHostKeyChecking', [
      'yes',
      'ask',
      'accept-new',
      'no',
      'off',
      'true',
      'false',
    ])
    if (word === 'no' || word === 'off' || word === 'false') return 'no'
    return word === 'accept-new' || acceptNew ? 'accept-new' : 'strict'
  }

  /** Path of the agent's socket. */
  agent(tokens: TokenValues): string | undefined {
    const text = this.text('IdentityAgent')
    const standard = process.env['SSH_AUTH_SOCK'] || undefined
    if (text === undefined || text === 'SSH_AUTH_SOCK') return standard
    if (text.toLowerCase() === 'none') return undefined
    if (/^\$[A-Za-z_]\w*$/.test(text)) return process.env[text.slice(1)]
    return inHome(this.expand(text, 'IdentityAgent', tokens), tokens.home)
  }

  forwardAgent(): boolean | string | undefined {
    const text = this.text('ForwardAgent')
    const lower = text?.toLowerCase()
    if (lower === undefined || lower === 'no' || lower === 'yes')
      return lower === undefined ? undefined : lower === 'yes'
    this.needsOpenssh.push(`ForwardAgent ${text}`)
    return undefined
  }

  /** The methods that may be used, in their order; undefined for all. */
  authentications(): string[] | undefined {
    const preferred = this.text('PreferredAuthentications')
    const off = new Set<string>()
    if (this.boolean('PubkeyAuthentication') === false) off.add('publickey')
    if (this.boolean('PasswordAuthentication') === false) off.add('password')
    if (this.boolean('KbdInteractiveAuthentication') === false) off.add('keyboard-interactive')
    if (preferred === undefined && off.size === 0) return undefined
    const wanted = preferred?.split(',').map((word) => word.trim()) ?? [
      'publickey',
      'keyboard-interactive',
      'password',
    ]
    const left = wanted.filter((method) => !off.has(method))
    if (!left.some((method) => ['publickey', 'password', 'keyboard-interactive', 'none'].includes(method))) {
      if (left.some((method) => OPENSSH_METHODS.includes(method)))
        this.needsOpenssh.push(`PreferredAuthentications ${left.join(',')}`)
      else this.problem('PreferredAuthentications', 'leaves no method')
    }
    return left
  }

  algorithms(): AlgorithmChoice {
    const chosen: { [kind in AlgorithmKind]?: string[] } = {}
    const names = {
      KexAlgorithms: 'kex',
      Ciphers: 'cipher',
      MACs: 'hmac',
      HostKeyAlgorithms: 'hostKey',
      PubkeyAcceptedAlgorithms: 'publicKey',
    } as const
    for (const [name, kind] of Object.entries(names)) {
      const [option] = this.all(name)
      const text = option?.words[0]
      if (option === undefined || text === undefined) continue
      const left = chooseAlgorithms(kind, text)
      if (left.length > 0) chosen[kind] = left
      else this.#lacks(option, name.toLowerCase())
    }
    return chosen
  }

  #lacks({ name, words, from }: SshOption, keyword: string): void {
    this.needsOpenssh.push(`${name} ${words.join(' ')} (${from})`)
    this.#notes.set(keyword, 'takes connection: openssh')
  }

  #harmless({ words }: SshOption, harmless: readonly string[]): boolean {
    return words.length > 0 && words.every((word) => harmless.includes(word.toLowerCase()))
  }
}

/** A path with the home folder in place of `~`. */
export function inHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path
}
