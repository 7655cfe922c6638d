import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { until } from '../../run/lab.ts'

/** A real forward proxy of the distribution, on this machine. */
export class Tinyproxy {
  readonly port: number
  readonly #child: ChildProcess
  readonly #log: string

  private constructor(port: number, child: ChildProcess, log: string) {
    this.port = port
    this.#child = child
    this.#log = log
  }

  /** @param login who may use it, `user password`; everybody when missing */
  static async start(folder: string, address: string, login?: string): Promise<Tinyproxy> {
    const port = await freePort(address)
    const [file, log] = [join(folder, `tinyproxy-${port}.conf`), join(folder, `tinyproxy-${port}.log`)]
    const lines = [`Port ${port}`, `Listen ${address}`, 'Timeout 600', 'MaxClients 100', 'LogLevel Info']
    if (login !== undefined) lines.push(`BasicAuth ${login}`)
    await writeFile(file, `${[...lines, `LogFile "${log}"`].join('\n')}\n`)
    const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' })
    const proxy = new Tinyproxy(port, child, log)
    await until(() => {
      if (child.exitCode !== null) throw new Error(`tinyproxy ended with ${child.exitCode}`)
      return listens(address, port)
    })
    return proxy
  }

  /** What it was asked for, `POST http://172.17.0.1:4566/` and the like. */
  async asked(): Promise<string[]> {
    const text = await readFile(this.#log, 'utf8')
    return [...text.matchAll(/Request \(file descriptor \d+\): (\S+ \S+) HTTP/g)].map(([, what]) => what!)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    if (this.#child.exitCode === null && this.#child.kill()) await ended
  }
}

async function freePort(address: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => resolve(true))
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(false))
  })
}
