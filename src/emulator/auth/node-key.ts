import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Authorization } from './authorization.ts'

/**
 * A node's public key from RegisterManagedInstance: base64 of the DER (PKIX) form of an RSA key.
 * @returns null when it is anything else
 */
export function readPublicKey(base64: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'rsa' ? key : null
  } catch {
    return null
  }
}

/**
 * Whether the signature was made with the node's private key: RSA-PSS with SHA-256 and a salt of 32 bytes over the
 * text that Signature Version 4 signs (facts/ssm-agent.md 6.1; the agent's rsaauth package).
 */
export function verifyNodeKey(authorization: Authorization, publicKey: string, text: string): boolean {
  const key = readPublicKey(publicKey)
  if (key === null) return false
  return verify(
    'sha256',
    Buffer.from(text),
    { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    Buffer.from(authorization.signature, 'base64'),
  )
}
