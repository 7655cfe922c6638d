import { createHash } from 'node:crypto'
import { TaskFailure } from '../../values/task-failure.ts'

/**
 * Public keys of OpenPGP as far as package managers know them by name (RFC 9580, 3 to 5): which keys a text holds, and
 * their fingerprints. Nothing is verified here. By hand, because a library for this brings all of OpenPGP's cryptography.
 */
export interface PublicKey {
  /** Hex in capitals, of the key itself and of its subkeys. */
  readonly fingerprint: string
  readonly subkeys: readonly string[]
  /** Sixteen digits, likewise. */
  readonly ids: readonly string[]
  /** The key with all that belongs to it, in binary form. */
  readonly bytes: Buffer
}

const PUBLIC_KEY = 6
const PUBLIC_SUBKEY = 14

/** The keys in a text or file, armored or binary. @throws TaskFailure when it holds none */
export function readPublicKeys(content: Buffer, what: string): PublicKey[] {
  const binary = content.includes('-----BEGIN PGP') ? dearmor(content.toString('latin1')) : content
  const keys: { start: number; end: number; fingerprints: string[] }[] = []
  for (const packet of packets(binary)) {
    if (packet.tag === PUBLIC_KEY) keys.push({ start: packet.start, end: packet.end, fingerprints: [] })
    const key = keys.at(-1)
    if (key === undefined) break
    key.end = packet.end
    if (packet.tag === PUBLIC_KEY || packet.tag === PUBLIC_SUBKEY)
      key.fingerprints.push(fingerprint(packet.body))
  }
  if (keys.length === 0) throw new TaskFailure(`Not a public key: ${what}`)
  return keys.map(({ start, end, fingerprints: [own = '', ...subkeys] }) => ({
    fingerprint: own,
    subkeys,
    ids: [own, ...subkeys].map(idOf),
    bytes: binary.subarray(start, end),
  }))
}

/** Keys as one keyring, in binary form. */
export function joinKeys(keys: readonly PublicKey[]): Buffer {
  return Buffer.concat(keys.map(({ bytes }) => bytes))
}

/** A key's id as a task gives it: whole, its last sixteen digits (or what there is), and its last eight. @throws TaskFailure */
export function parseKeyId(text: string): { keyId: string; fingerprint: string; shortId: string } {
  const keyId = text.trim().toUpperCase().replace(/^0X/, '')
  if (!/^[0-9A-F]+$/.test(keyId) || (keyId.length !== 8 && keyId.length < 16))
    throw new TaskFailure('Invalid key_id', {
      result: { id: text },
      hint: 'it has 8, 16 or more hexadecimal digits',
    })
  return { keyId, fingerprint: keyId.slice(-16), shortId: keyId.slice(-8) }
}

/** Versions 3 and 4 have their id at the end of the fingerprint, later ones at its beginning. */
function idOf(fingerprint: string): string {
  return fingerprint.length > 40 ? fingerprint.slice(0, 16) : fingerprint.slice(-16)
}

function dearmor(text: string): Buffer {
  const blocks = text.matchAll(/^-----BEGIN PGP PUBLIC KEY BLOCK-----[^\n]*\n([^-]*)^-----END PGP/gm)
  return Buffer.concat(
    [...blocks].map(([, block = '']) => {
      const lines = block.split('\n').map((line) => line.trim())
      const blank = lines.indexOf('')
      // A line that begins with `=` is the sum.
      const body = lines.slice(blank + 1).filter((line) => line !== '' && !line.startsWith('='))
      return Buffer.from(body.join(''), 'base64')
    }),
  )
}

interface Packet {
  readonly tag: number
  readonly start: number
  readonly end: number
  readonly body: Buffer
}

/** Packets one behind the other; ends at what is none. */
function* packets(bytes: Buffer): Generator<Packet> {
  let at = 0
  while (at + 1 < bytes.length) {
    const start = at
    const head = bytes[at++] as number
    if ((head & 0x80) === 0) return
    const tag = (head & 0x40) === 0 ? (head >> 2) & 15 : head & 63
    const length = (head & 0x40) === 0 ? oldLength(bytes, at, head & 3) : newLength(bytes, at)
    if (length === null) return
    const end = at + length.octets + length.size
    if (end > bytes.length) return
    yield { tag, start, end, body: bytes.subarray(at + length.octets, end) }
    at = end
  }
}

interface Length {
  readonly octets: number
  readonly size: number
}

function oldLength(bytes: Buffer, at: number, type: number): Length | null {
  const octets = 1 << type
  return type === 3 || at + octets > bytes.length ? null : { octets, size: bytes.readUIntBE(at, octets) }
}

function newLength(bytes: Buffer, at: number): Length | null {
  const first = bytes[at] as number
  if (first < 192) return { octets: 1, size: first }
  if (first < 224)
    return at + 2 > bytes.length
      ? null
      : { octets: 2, size: ((first - 192) << 8) + (bytes[at + 1] as number) + 192 }
  return first !== 255 || at + 5 > bytes.length ? null : { octets: 5, size: bytes.readUInt32BE(at + 1) }
}

function fingerprint(body: Buffer): string {
  const version = body[0]
  const hash = createHash(version === 4 ? 'sha1' : 'sha256')
  if (version === 4) hash.update(Buffer.of(0x99, body.length >> 8, body.length & 0xff))
  else {
    const head = Buffer.alloc(5)
    head[0] = version === 6 ? 0x9b : 0x9a
    head.writeUInt32BE(body.length, 1)
    hash.update(head)
  }
  return hash.update(body).digest('hex').toUpperCase()
}
