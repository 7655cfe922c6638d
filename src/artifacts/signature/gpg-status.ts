/** What gpg says of one signature. */
export interface SignatureStatus {
  /** `good` stands for nothing but a correct signature by a key that is in force. */
  readonly state:
    | 'good'
    | 'key-expired'
    | 'signature-expired'
    | 'key-revoked'
    | 'bad'
    | 'no-key'
    | 'unreadable'
  /** Of the key that signed; for `no-key` and `bad` an id or fingerprint that anyone could have written there. */
  readonly signer: string | undefined
  /** Fingerprint of the primary key, proved by VALIDSIG; undefined when the signature is not correct. */
  readonly fingerprint: string | undefined
  /** The subkey's, where one signed; else the primary key's. */
  readonly signingFingerprint: string | undefined
}

const STATES: Readonly<Record<string, SignatureStatus['state']>> = {
  GOODSIG: 'good',
  EXPKEYSIG: 'key-expired',
  EXPSIG: 'signature-expired',
  REVKEYSIG: 'key-revoked',
  BADSIG: 'bad',
}

/**
 * Reads the lines of `gpg --status-fd` of a `--verify`, one signature after another. VALIDSIG alone is no proof: it is
 * printed for expired keys too, beside EXPKEYSIG (facts/ssm-agent.md 5.3).
 */
export function readSignatures(status: string): SignatureStatus[] {
  const signatures: { -readonly [K in keyof SignatureStatus]: SignatureStatus[K] }[] = []
  for (const line of status.split('\n')) {
    const [mark, keyword, ...words] = line.trim().split(' ')
    if (mark !== '[GNUPG:]' || keyword === undefined) continue
    if (keyword === 'NEWSIG') {
      signatures.push({
        state: 'unreadable',
        signer: undefined,
        fingerprint: undefined,
        signingFingerprint: undefined,
      })
      continue
    }
    const current = signatures.at(-1)
    if (current === undefined) continue
    const state = STATES[keyword]
    if (state !== undefined) {
      current.state = state
      current.signer = words[0]
    } else if (keyword === 'VALIDSIG') {
      // <fingerprint> <date> <time> <expires> <version> <reserved> <pubkey> <hash> <class> <primary fingerprint>
      current.signingFingerprint = words[0]
      current.fingerprint = words[9] ?? words[0]
      current.signer = current.signingFingerprint
    } else if (keyword === 'ERRSIG') {
      // <keyid> <pubkey> <hash> <class> <time> <rc> <fingerprint>; rc 9: no public key
      current.state = words[5] === '9' ? 'no-key' : 'unreadable'
      current.signer = words[6] !== undefined && words[6] !== '-' ? words[6] : words[0]
    }
  }
  return signatures
}
