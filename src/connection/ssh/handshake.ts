import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { CipherAlgorithm, Client, KexAlgorithm, MacAlgorithm } from 'ssh2'
import { displayText } from '../../values/text/visible.ts'
import { cancelled } from '../answer-within.ts'
import { ConnectionError, type ConnectionSettings, type Keepalive } from '../connection.ts'
import { Countdown } from '../countdown.ts'
import { Dropped } from '../dropped.ts'
import type { Authentication } from '../keys/authenticate.ts'
import type { HostKeyCheck } from '../known-hosts/host-key.ts'
import { leanCiphers } from './lean-cipher.ts'

/** What ssh2 says of an error. */
type SshError = Error & { level?: string; code?: unknown }

/**
 * The SSH handshake over a socket that is connected: keys exchanged, the host's key checked, the user let in.
 *
 * @throws ConnectionError; {@link Dropped} when it may go better at another try
 */
export async function handshake(
  socket: Duplex,
  settings: ConnectionSettings,
  hostKey: HostKeyCheck,
  authentication: Authentication,
  keepalive: Keepalive,
  signal?: AbortSignal,
): Promise<Client> {
  const { kex, cipher, hmac } = settings.algorithms ?? {}
  const ssh = new NodeSSH()
  const connecting = ssh.connect({
    // A socket, or what reads and writes as one: a channel of a bastion, the streams of a program.
    sock: socket as Socket,
    username: settings.user,
    authHandler: authentication.handler,
    // Its own would run on while a person looks for a one-time code.
    readyTimeout: 0,
    ...(settings.forwardAgent === true && settings.agent !== undefined
      ? { agent: settings.agent, agentForward: true }
      : {}),
    keepaliveInterval: keepalive.interval * 1000,
    keepaliveCountMax: keepalive.count,
    algorithms: {
      serverHostKey: hostKey.algorithms(),
      ...(kex === undefined ? {} : { kex: kex as KexAlgorithm[] }),
      ...(cipher === undefined ? {} : { cipher: cipher as CipherAlgorithm[] }),
      // ssh2 inflates a packet of 32 kB to 32 MB, and a host could send many: `Compression yes` is for OpenSSH's client.
      compress: ['none'],
      hmac: (hmac as MacAlgorithm[] | undefined) ?? {
        remove: ['hmac-sha1', 'hmac-sha1-etm@openssh.com'],
        append: [],
        prepend: [],
      },
    },
    hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
      // At once, when keys are agreed on anew: data under the new keys may come right behind, and ssh2 loses it otherwise.
      if (hostKey.isAccepted(key)) verify(true)
      else void hostKey.verify(key).then(verify)
    },
  })
  // Made by node-ssh before its first await.
  const client = ssh.connection as Client
  const failure: { first?: SshError; exchanged: boolean; passwordExpired: boolean } = {
    exchanged: false,
    passwordExpired: false,
  }
  // ssh2 tells of one failed connection in two errors; the first says more.
  client.on('error', (error: SshError) => {
    failure.first ??= error
  })
  client.once('handshake', () => {
    failure.exchanged = true
  })
  client.on('handshake', () => leanCiphers(client, socket))
  client.on('change password', () => {
    failure.passwordExpired = true
    client.end()
  })
  const onAbort = () => socket.destroy()
  const timer = new Countdown(
    settings.connectTimeout * 1000,
    () => authentication.sinceAnswer,
    () => {
      failure.first ??= Object.assign(new Error('timed out'), { level: 'client-timeout' })
      socket.destroy()
    },
  )
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await connecting
    return client
  } catch (error) {
    socket.destroy()
    throw explain(failure.first ?? (error as SshError))
  } finally {
    timer.stop()
    signal?.removeEventListener('abort', onAbort)
  }

  function explain(error: SshError): Error {
    const { name, host, port, user, connectTimeout } = settings
    const place = `${name} (${host}:${port})`
    if (signal?.aborted) return cancelled(name)
    if (hostKey.refusal !== undefined) return hostKey.refusal
    if (failure.passwordExpired) {
      return new ConnectionError('authentication', `${name}: the password of ${user} has expired`, {
        hint: 'log in once by hand and change it',
      })
    }
    if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
      return authentication.failure()
    }
    if (error.level === 'client-timeout') {
      return new ConnectionError('timeout', `${place}: no SSH handshake within ${connectTimeout} s`, {
        hint: 'check that sshd listens on that port, and how busy the host is',
      })
    }
    // A ConnectionError of ours, when no error event came from ssh2: the agent or a parser.
    const said = displayText(Buffer.from(error.message), 300)
    if (!failure.exchanged && isDrop(error)) return new Dropped(said)
    if (failure.exchanged && isDrop(error)) {
      return new ConnectionError('authentication', `${place}: closed by the host while logging in: ${said}`, {
        hint: `look at the sshd log of the host, and at its AllowUsers, DenyUsers and MaxAuthTries`,
      })
    }
    return new ConnectionError('handshake', `${place}: ${said}`, {
      hint: /no matching/.test(said)
        ? 'the host offers only algorithms that muster does not use: update its sshd'
        : 'check that an SSH server listens on that port',
    })
  }
}

function isDrop(error: SshError): boolean {
  return (
    error.code === 'ECONNRESET' ||
    error.code === 'EPIPE' ||
    error.code === 'ETIMEDOUT' ||
    /lost before handshake|no response from server/i.test(error.message)
  )
}
