import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'

/** A door to a port on loopback: TCP as it is, for those who may pass. */
export class Gate {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  /** Connections that passed. */
  passed = 0
  /** Connections of others, which were cut. */
  refused = 0

  private constructor(port: number, mayPass: (address: string) => boolean) {
    this.#server = createServer((socket) => {
      this.#open.add(socket)
      socket.on('close', () => this.#open.delete(socket)).on('error', () => {})
      if (!mayPass(socket.remoteAddress ?? '')) {
        this.refused += 1
        socket.resetAndDestroy()
        return
      }
      this.passed += 1
      const inner = connect(port, '127.0.0.1')
      inner.on('error', () => socket.destroy())
      socket.pipe(inner).pipe(socket)
    })
  }

  /** @param mayPass when missing: who connects from this machine */
  static async open(address: string, port: number, mayPass = isOurs): Promise<Gate> {
    const gate = new Gate(port, mayPass)
    await new Promise<void>((resolve) => gate.#server.listen(0, address, resolve))
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }
}

function isOurs(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address))
}
