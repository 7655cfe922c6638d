import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { authoritiesIn, recordedIn } from '../../../src/modules/windows/authorities.ts'

const pem = () =>
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=a'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )

test('each certificate once, by the name that the store gives it', () => {
  const [one, two] = [pem(), pem()]
  const found = authoritiesIn(`comment\n${one}\n${two}${one}`)
  expect(found.map(({ thumbprint }) => thumbprint)).toEqual(
    [one, two].map((text) => new X509Certificate(text).fingerprint.replaceAll(':', '')),
  )
  expect(found[0]?.bytes).toEqual(new X509Certificate(one).raw)
  expect(authoritiesIn('')).toEqual([])
})

test('what is no certificate is told by its number', () => {
  expect(() => authoritiesIn(`${pem()}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`)).toThrow(
    'certificate 2 cannot be read',
  )
})

test('the record counts as far as it is one', () => {
  expect(recordedIn(Buffer.from(`${'A'.repeat(40)}\r\n$(x)\r\n${'b'.repeat(40)}\n`))).toEqual([
    'A'.repeat(40),
  ])
})
