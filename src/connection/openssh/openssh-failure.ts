import { displayText } from '../../values/text/visible.ts'
import { type ConnectionCause, ConnectionError, type ConnectionSettings } from '../connection.ts'
import { Dropped } from '../dropped.ts'

/** What OpenSSH's client says (in English), what it means, and what to do. */
const WORDS: readonly (readonly [pattern: RegExp, cause: ConnectionCause, hint: string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/i,
    'host-key-changed',
    'someone may be in between; if the host was reinstalled, remove its old key with ssh-keygen -R',
  ],
  [/revoked/i, 'host-key-revoked', 'give the host a new key'],
  [
    /host key verification failed|no .* host key is known/i,
    'host-key-unknown',
    "compare the fingerprint with the host's own, then add its key with ssh-keyscan, or give --accept-new-host-keys",
  ],
  [
    /permission denied|too many authentication failures|no more authentication methods/i,
    'authentication',
    "check ansible_user, and that the host has the public key in that user's ~/.ssh/authorized_keys",
  ],
  [/could not resolve|name or service not known/i, 'resolve', 'check ansible_host and the name service'],
  [/timed out/i, 'timeout', 'check the network, firewalls and that the host is up'],
  [
    /connection refused|no route to host|network is unreachable/i,
    'refused',
    'check ansible_port, and that sshd runs on the host',
  ],
  [
    /no matching|unable to negotiate/i,
    'handshake',
    'the host and the ssh of this machine have no algorithm in common',
  ],
  [
    /bad configuration option|unsupported option|keyword .* extra arguments/i,
    'handshake',
    'the ssh of this machine is too old for that option',
  ],
]

const DROPPED = /kex_exchange_identification|connection (?:reset|closed) by|connection closed by remote host/i

/** Why no connection came about. */
export function explainOpenssh(settings: ConnectionSettings, stderr: Buffer): Error {
  const { name, host, port } = settings
  const said = displayText(stderr, 1000).trim()
  const known = WORDS.find(([pattern]) => pattern.test(said))
  if (known === undefined && DROPPED.test(said)) return new Dropped(said)
  const [, cause, hint] = known ?? ([undefined, 'handshake', 'try the same with ssh -v by hand'] as const)
  return new ConnectionError(cause, `${name} (${host}:${port}): ssh says: ${said || 'nothing'}`, { hint })
}
