import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Lab, outcomes, sha256, workFolder } from './lab.ts'
import { releaseServer } from './release-server.ts'

const there = spawnSync('openssl', ['version']).status === 0

/** An HTTPS server on loopback with a certificate of its own, and that certificate. */
async function secureServer(answers: Readonly<Record<string, string | { readonly location: string }>>) {
  const folder = workFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ],
    { stdio: 'pipe' },
  )
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const answer = answers[request.url ?? '']
    if (typeof answer === 'object') response.writeHead(302, answer).end()
    else response.writeHead(answer === undefined ? 404 : 200).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cert: readFileSync(cert, 'utf8'),
  }
}

const pins = (url: string) =>
  `tool:\n  version: 1\n  files:\n    - for: linux/amd64\n      url: ${url}/tool.deb\n      sha256: ${sha256('tool')}\n`

describe.skipIf(!there)('over HTTPS (skipped where openssl is not installed)', () => {
  test('a server must have a certificate that is trusted', async () => {
    const server = await secureServer({ '/tool.deb': 'tool' })
    const lab = new Lab(pins(server.url))
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/tool\.deb: self-signed certificate/)])
    const usual = getCACertificates()
    setDefaultCACertificates([...usual, server.cert])
    onTestFinished(() => setDefaultCACertificates(usual))
    expect(outcomes(await lab.fetch())).toEqual(['fetched: locked'])
  })

  test('a redirect to what is not encrypted is refused', async () => {
    const open = await releaseServer({ '/tool.deb': 'tool' })
    const server = await secureServer({ '/tool.deb': { location: `${open.url}/tool.deb` } })
    const usual = getCACertificates()
    setDefaultCACertificates([...usual, server.cert])
    onTestFinished(() => setDefaultCACertificates(usual))
    const lab = new Lab(pins(server.url))
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(/is redirected to http:.*, which is not encrypted/),
    ])
    expect(open.asked).toEqual([])
  })
})
