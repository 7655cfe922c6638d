import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { AuthContext, Connection, ServerChannel } from 'ssh2'
import ssh2 from 'ssh2'

/** What the double does where a real sshd cannot be brought to it. */
export interface DoubleOptions {
  /** Path of its private host key. */
  readonly hostKey: string
  readonly authenticate: (context: AuthContext) => void
  /** Gets each exec's channel; without it every exec is refused. */
  readonly exec?: (channel: ServerChannel, command: string) => void
}

/** An SSH server in this process. */
export class SshDouble {
  readonly port: number
  readonly #server: InstanceType<typeof ssh2.Server>
  readonly #connections: Set<Connection>

  private constructor(server: InstanceType<typeof ssh2.Server>, connections: Set<Connection>) {
    this.#server = server
    this.#connections = connections
    this.port = (server.address() as AddressInfo).port
  }

  static async start({ hostKey, authenticate, exec }: DoubleOptions): Promise<SshDouble> {
    const connections = new Set<Connection>()
    const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (connection) => {
      connections.add(connection)
      connection.on('error', () => {})
      connection.on('close', () => connections.delete(connection))
      connection.on('authentication', authenticate)
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, reject, info) => {
          if (exec === undefined) reject()
          else exec(acceptExec(), info.command)
        })
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new SshDouble(server, connections)
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.end()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
