import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAuthorization } from '../../../src/emulator/auth/authorization.ts'
import { stringToSign, verifySecret } from '../../../src/emulator/auth/sigv4.ts'
import type { CloudRequest } from '../../../src/emulator/request.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

interface Made {
  readonly method: string
  readonly segments: readonly string[]
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** Text of whole characters: half of a surrogate pair cannot be sent. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
const request = fc.record<Made>({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  segments: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { maxLength: 4 }),
  query: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), text, { maxKeys: 4 }),
  headers: fc.dictionary(
    fc.stringMatching(/^x-[a-z]{1,8}$/).filter((name) => !name.startsWith('x-amz')),
    headerValue,
    { maxKeys: 3 },
  ),
  body: fc.uint8Array({ maxLength: 40 }),
})

/** Signs with the SDK, and gives the request as it goes over the wire. */
async function signed(made: Made): Promise<CloudRequest> {
  const signer = new SignatureV4({
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    region: 'eu-central-1',
    service: 'aps',
    sha256: Sha256,
  })
  const path = `/${made.segments.map(encode).join('/')}`
  const result = await signer.sign({
    method: made.method,
    protocol: 'http:',
    hostname: 'localhost',
    path,
    query: made.query,
    headers: { host: 'localhost', ...made.headers },
    body: made.body,
  })
  return {
    method: made.method,
    path,
    query: Object.entries(made.query)
      .map(([key, value]) => `${encode(key)}=${encode(value)}`)
      .join('&'),
    headers: Object.fromEntries(
      Object.entries(result.headers).map(([name, value]) => [name.toLowerCase(), [value]]),
    ),
    body: Buffer.from(made.body),
  }
}

function verified(wire: CloudRequest): boolean {
  const authorization = parseAuthorization(wire.headers['authorization']?.[0])
  return verifySecret(
    authorization,
    SECRET,
    stringToSign(wire, authorization, wire.headers['x-amz-date']![0]!),
  )
}

describe('Signature Version 4', () => {
  it("verifies whatever the SDK's signer signs", async () => {
    await fc.assert(fc.asyncProperty(request, async (made) => verified(await signed(made))))
  })

  it('refuses a request of which anything signed has changed', async () => {
    const change = fc.constantFrom('method', 'path', 'query', 'header', 'body', 'date', 'region', 'signature')
    await fc.assert(
      fc.asyncProperty(request, change, async (made, what) => {
        const wire = await signed({ ...made, headers: { ...made.headers, 'x-kept': 'as it was' } })
        expect(verified(changed(wire, what))).toBe(false)
      }),
    )
  })
})

function changed(wire: CloudRequest, what: string): CloudRequest {
  const authorization = wire.headers['authorization']![0]!
  const header = (name: string, value: string) => ({ ...wire, headers: { ...wire.headers, [name]: [value] } })
  switch (what) {
    case 'method':
      return { ...wire, method: 'PUT' }
    case 'path':
      return { ...wire, path: `${wire.path}x` }
    case 'query':
      return { ...wire, query: `${wire.query}&x-new=1` }
    case 'header':
      return header('x-kept', 'as it was not')
    case 'body':
      return { ...wire, body: Buffer.concat([wire.body, Buffer.from('x')]) }
    case 'date':
      return header('x-amz-date', '20200101T000000Z')
    case 'region':
      return header('authorization', authorization.replace('eu-central-1', 'us-east-1'))
    default:
      return header(
        'authorization',
        authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      )
  }
}
