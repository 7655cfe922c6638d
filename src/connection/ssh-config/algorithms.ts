import { matchesPattern } from './patterns.ts'

/** What keys of hosts and of users sign with, best first. ssh2 would also take `ssh-rsa`, which signs with SHA-1. */
export const KEY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

/** What ssh2 1.17 can do, best first, beside SHA-1, which has to be asked for. */
const DEFAULTS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  hostKey: KEY_ALGORITHMS,
  publicKey: KEY_ALGORITHMS,
} as const

const WEAK: Readonly<Record<AlgorithmKind, readonly string[]>> = {
  kex: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  cipher: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'],
  hmac: ['hmac-sha1-etm@openssh.com', 'hmac-sha1'],
  hostKey: ['ssh-rsa'],
  publicKey: [],
}

export type AlgorithmKind = keyof typeof DEFAULTS

/** The algorithms to offer, best first, where a configuration says something of them. */
export type AlgorithmChoice = Partial<Record<AlgorithmKind, readonly string[]>>

/**
 * The algorithms that a list of OpenSSH's (`a,b`, `+a` added, `-a*` taken away, `^a` put first) leaves of those that
 * muster's own transport has; empty when it has none of them.
 */
export function chooseAlgorithms(kind: AlgorithmKind, list: string): string[] {
  const defaults: readonly string[] = DEFAULTS[kind]
  const supported = [...defaults, ...WEAK[kind]]
  const mode = /^[+^-]/.exec(list)?.[0]
  const names = list.slice(mode === undefined ? 0 : 1).split(',')
  if (mode === '-') return defaults.filter((name) => !names.some((pattern) => matchesPattern(name, pattern)))
  const named = names.filter((name) => supported.includes(name))
  if (mode === undefined) return [...new Set(named)]
  return [...new Set(mode === '+' ? [...defaults, ...named] : [...named, ...defaults])]
}
