import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ConnectionSettings } from '../../src/connection/connection.ts'

/** sshd insists on being started by its absolute path; users' PATH often lacks the folder where it usually is. */
const SSHD = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'sshd'))
  .find(existsSync)

/** Why tests with a real sshd cannot run here; undefined when they can. */
export const noSshd = SSHD === undefined ? 'skipped: there is no sshd (openssh-server)' : undefined

/** A throw-away sshd on 127.0.0.1 that lets the current user in with one key, and everything that it knows. */
export class TestSshd {
  readonly folder: string
  readonly port: number
  readonly #process: ChildProcess

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.folder = folder
    this.port = port
    this.#process = process
  }

  /**
   * @param extra lines of sshd_config, before the usual ones (sshd takes the first of each); `%FOLDER%` is its folder,
   *   which also holds two authorities, `user_ca` and `host_ca`, and `host_key-cert.pub`, signed by the second
   */
  static async start(...extra: readonly string[]): Promise<TestSshd> {
    const folder = mkdtempSync(join(tmpdir(), 'muster-sshd-'))
    for (const name of ['host_key', 'user_key', 'other_key', 'user_ca', 'host_ca'])
      makeKey(join(folder, name))
    makeKey(join(folder, 'locked_key'), 'open sesame')
    const certified = ['-q', '-s', join(folder, 'host_ca'), '-h', '-I', 'host', '-n', '127.0.0.1']
    execFileSync('ssh-keygen', [...certified, join(folder, 'host_key.pub')])
    const authorized = ['user_key.pub', 'locked_key.pub'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    )
    writeFileSync(join(folder, 'authorized_keys'), authorized.join(''), { mode: 0o600 })
    const port = await freePort()
    const config = [
      ...extra.map((line) => line.replaceAll('%FOLDER%', folder)),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host_key`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      `PidFile ${folder}/pid`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PrintMotd no',
    ]
    writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
    // The place where sshd as root changes to nowhere; compiled in, and usually made by the init system.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    const sshd = spawn(SSHD!, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const log: string[] = []
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: sshd.stderr! }).on('line', (line) => {
        log.push(line)
        if (line.includes('Server listening')) resolve()
      })
      sshd.once('exit', () => reject(new Error(`sshd ended:\n${log.join('\n')}`)))
    })
    return new TestSshd(folder, port, sshd)
  }

  /** Settings that reach it, with its key known; change what a test is about. */
  settings(changes: Partial<ConnectionSettings> = {}): ConnectionSettings {
    return {
      kind: 'ssh',
      name: 'web1',
      host: '127.0.0.1',
      port: this.port,
      user: userInfo().username,
      privateKeyFile: join(this.folder, 'user_key'),
      knownHostsFiles: [this.knownHosts(changes.port ?? this.port)],
      hostKeys: 'strict',
      connectTimeout: 10,
      ...changes,
    }
  }

  /** A new known_hosts file with the host key, or the public key of that file, for a port. */
  knownHosts(port: number, key = 'host_key', marker = ''): string {
    const file = join(this.folder, `known_hosts-${port}-${key}${marker}`)
    const [type, blob] = readFileSync(join(this.folder, `${key}.pub`), 'utf8').split(' ')
    writeFileSync(file, `${marker}[127.0.0.1]:${port} ${type} ${blob}\n`)
    return file
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM')
      await once(this.#process, 'exit')
    }
    rmSync(this.folder, { recursive: true })
  }
}

/** An ed25519 key pair as ssh-keygen makes it. */
export function makeKey(file: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', '', '-f', file])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
