import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { downloadScript } from '../../../src/run/host/link/host-download.ts'
import { sha256, workFolder } from '../../artifacts/lab.ts'

// A server whose certificate a company's CA signed: the environment's SSL_CERT_FILE has the host trust it.
const lacking = ['openssl', 'curl', 'wget'].filter(
  (name) => spawnSync(name, ['--version']).error !== undefined,
)

test.skipIf(lacking.length > 0).each(['curl', 'wget'])('%s trusts what SSL_CERT_FILE names', async (tool) => {
  const folder = workFolder()
  const path = join(folder, 'bin')
  mkdirSync(path, { recursive: true })
  const [key, cert, to] = ['key.pem', 'cert.pem', 'file'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end('content'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  for (const name of [tool, 'sha256sum'])
    symlinkSync(['/usr/bin', '/bin'].map((each) => join(each, name)).find(existsSync)!, join(path, name))
  const { port } = server.address() as AddressInfo
  const script = downloadScript(`https://127.0.0.1:${port}/file`, sha256('content'), to).reveal()
  const fetch = (environment: Record<string, string>) => {
    writeFileSync(to, '')
    const child = spawn('/bin/sh', ['-c', script], { env: { PATH: path, ...environment }, stdio: 'ignore' })
    return new Promise<number | null>((resolve) => child.on('close', resolve))
  }
  expect(await fetch({})).toBe(1)
  expect(await fetch({ SSL_CERT_FILE: cert })).toBe(0)
  expect(readFileSync(to, 'utf8')).toBe('content')
})
