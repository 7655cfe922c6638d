import { createHash } from 'node:crypto'

/**
 * The SID of a service's own account, `NT SERVICE\name`: it can be computed before the service is there
 * (facts/windows.md 4.3, whose example is the test).
 */
export function serviceSid(name: string): string {
  const digest = createHash('sha1').update(Buffer.from(name.toUpperCase(), 'utf16le')).digest()
  const parts = [0, 4, 8, 12, 16].map((at) => digest.readUInt32LE(at))
  return `S-1-5-80-${parts.join('-')}`
}
