import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** Names of AWS under which the proxy knows the cloud. */
const NAMES = ['iam.amazonaws.com', '*.eu-central-1.amazonaws.com']

/**
 * A proxy as companies have it: it takes CONNECT, ends TLS with a certificate that its own CA signed, looks at what is
 * asked, and asks itself.
 */
export class InspectingProxy {
  readonly port: number
  /** Of the CA. */
  readonly caFile: string
  /** What was asked inside TLS, `POST ssm.eu-central-1.amazonaws.com/`. */
  readonly asked: readonly string[]
  readonly #servers: readonly Server[]

  private constructor(port: number, caFile: string, asked: readonly string[], servers: readonly Server[]) {
    this.port = port
    this.caFile = caFile
    this.asked = asked
    this.#servers = servers
  }

  /** @param cloud port on loopback that all names of AWS lead to */
  static async start(folder: string, address: string, cloud: number): Promise<InspectingProxy> {
    const { caFile, key, cert } = certificates(folder)
    const asked: string[] = []
    const inside = createSecureServer({ key, cert }, (message, response) => {
      asked.push(`${message.method} ${message.headers.host}${message.url}`)
      const headers = { ...message.headers, 'x-forwarded-proto': 'https' }
      const { method, url: path } = message
      const onward = request({ host: '127.0.0.1', port: cloud, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      message.pipe(onward)
    })
    const outside = createServer((_, response) => response.writeHead(403).end('TLS only'))
    outside.on('connect', ({ url = '' }, socket) => {
      socket.on('error', () => {})
      if (!url.endsWith('.amazonaws.com:443')) {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        return
      }
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      inside.emit('connection', socket)
    })
    await new Promise<void>((resolve) => outside.listen(0, address, resolve))
    const { port } = outside.address() as AddressInfo
    return new InspectingProxy(port, caFile, asked, [outside, inside])
  }

  stop(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** A CA, and a certificate of it for {@link NAMES}. */
function certificates(folder: string): { caFile: string; key: string; cert: string } {
  const path = (name: string) => join(folder, name)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const ca = ['-keyout', path('ca.key'), '-out', path('ca.pem'), '-subj', '/CN=Example Corp Inspection']
  openssl('req', '-x509', ...newKey, ...ca, '-days', '2')
  const leaf = ['-keyout', path('leaf.key'), '-out', path('leaf.csr'), '-subj', '/CN=inspected']
  openssl('req', ...newKey, ...leaf)
  writeFileSync(
    path('leaf.ext'),
    `subjectAltName=${NAMES.map((name) => `DNS:${name}`).join(',')}\nextendedKeyUsage=serverAuth\n`,
  )
  const signing = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2']
  const files = ['-in', path('leaf.csr'), '-extfile', path('leaf.ext'), '-out', path('leaf.pem')]
  openssl('x509', '-req', ...signing, ...files)
  return {
    caFile: path('ca.pem'),
    key: readFileSync(path('leaf.key'), 'utf8'),
    cert: readFileSync(path('leaf.pem'), 'utf8'),
  }
}
