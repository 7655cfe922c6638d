import { X509Certificate } from 'node:crypto'
import { TaskFailure } from '../../values/task-failure.ts'

/** A certificate of an authority, as Windows' store knows it. */
export interface Authority {
  /** SHA-1 in upper case hexadecimal digits: the name of its key in the store. */
  readonly thumbprint: string
  /** DER. */
  readonly bytes: Buffer
}

/** The certificates of a text in PEM form, each once. @throws TaskFailure for one that cannot be read */
export function authoritiesIn(pem: string): Authority[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  const all = blocks.map((block, at): Authority => {
    try {
      const { raw, fingerprint } = new X509Certificate(block)
      return { thumbprint: fingerprint.replaceAll(':', '').toUpperCase(), bytes: raw }
    } catch {
      throw new TaskFailure(`certificate ${at + 1} cannot be read`, {
        hint: 'certificates are in PEM form, one behind the other',
      })
    }
  })
  return [...new Map(all.map((one) => [one.thumbprint, one])).values()]
}

/** The record of what was added here, a thumbprint a line; anything else in it counts for nothing. */
export function recordedIn(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split(/\r?\n/)
    .filter((line) => /^[0-9A-F]{40}$/.test(line))
}
