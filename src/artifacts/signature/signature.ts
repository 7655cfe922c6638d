import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PinnedKey } from '../artifact.ts'
import { ArtifactError } from '../artifact-error.ts'
import { type FetchOptions, fetchShort } from '../http.ts'
import { Gpg } from './gpg.ts'
import { readSignatures, type SignatureStatus } from './gpg-status.ts'

/**
 * Checks a detached OpenPGP signature: there must be a correct one by a pinned key that is in force, or that may have
 * expired by `allow_expired`. Several keys may be pinned, so that a signer can change keys without breaking anyone.
 *
 * @param file what was signed
 * @returns the fingerprint of the pinned key that signed
 * @throws ArtifactError that says what the signature is instead
 */
export async function checkSignature(
  file: string,
  signature: Buffer,
  keys: readonly PinnedKey[],
  options: FetchOptions,
): Promise<string> {
  return Gpg.with(options.signal, async (gpg) => {
    const missing: PinnedKey[] = []
    for (const key of keys) {
      const text = await keyText(key, options)
      if (text === undefined) {
        missing.push(key)
        continue
      }
      const inside = await gpg.import(text.content)
      if (!inside.includes(key.fingerprint))
        throw new ArtifactError(
          `${text.from} does not hold the pinned key ${key.fingerprint}`,
          inside.length === 0 ? 'it holds no OpenPGP key at all' : `it holds ${inside.join(', ')}`,
        )
      if (text.from === key.url) await keep(key, text.content)
    }
    const found = readSignatures(await gpg.verify(signature, file))
    for (const each of found) {
      const pinned = keys.find(({ fingerprint }) => isBy(each, fingerprint))
      if (pinned !== undefined && isAccepted(each, pinned)) return pinned.fingerprint
    }
    throw refusal(found, keys, missing)
  })
}

function isBy(signature: SignatureStatus, fingerprint: string): boolean {
  return signature.fingerprint === fingerprint || signature.signingFingerprint === fingerprint
}

function isAccepted({ state }: SignatureStatus, key: PinnedKey): boolean {
  return state === 'good' || (state === 'key-expired' && key.allowExpired)
}

async function keyText(
  key: PinnedKey,
  options: FetchOptions,
): Promise<{ readonly content: Buffer; readonly from: string } | undefined> {
  const kept = await readFile(key.file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new ArtifactError(`${key.file} cannot be read: ${error.message}`)
  })
  if (kept !== undefined) return { content: kept, from: key.file }
  if (key.url === undefined) return undefined
  return { content: await fetchShort(key.url, options), from: key.url }
}

/** A key that was fetched and has the pinned fingerprint stays, so that the next check needs no network for it. */
async function keep(key: PinnedKey, content: Buffer): Promise<void> {
  try {
    await mkdir(dirname(key.file), { recursive: true })
    await writeFile(key.file, content)
  } catch {
    // A folder that is not ours to write: the key is right all the same, and is fetched again next time.
  }
}

function refusal(
  found: readonly SignatureStatus[],
  keys: readonly PinnedKey[],
  missing: readonly PinnedKey[],
): ArtifactError {
  const pinned = keys.map(({ fingerprint }) => fingerprint)
  const [first] = found
  if (first === undefined) return new ArtifactError('the signature is no OpenPGP signature')
  const signer = first.signer ?? 'an unknown key'
  switch (first.state) {
    case 'good':
      return new ArtifactError(`it is signed by ${signer}, which is not pinned`, pinHint(pinned))
    case 'key-expired':
      return pinned.some((fingerprint) => isBy(first, fingerprint))
        ? new ArtifactError(
            `it is signed by ${signer}, and this key has expired`,
            "pin the signer's newer key as well; where an old file is wanted on purpose, write allow_expired: true at the key",
          )
        : new ArtifactError(
            `it is signed by ${signer}, which is not pinned (and has expired)`,
            pinHint(pinned),
          )
    case 'key-revoked':
      return new ArtifactError(`it is signed by ${signer}, and this key was revoked by its owner`)
    case 'signature-expired':
      return new ArtifactError(`the signature by ${signer} has expired`)
    case 'bad':
      return new ArtifactError(
        `the signature by ${signer} does not fit the file: one of them was damaged or replaced`,
      )
    case 'no-key':
      return missing.length > 0
        ? new ArtifactError(
            `it is signed by ${signer}, and the text of a pinned key is missing`,
            `save the public key ${missing.map((key) => `${key.fingerprint} as ${key.file}`).join(', ')}`,
          )
        : new ArtifactError(`it is signed by ${signer}, which is not pinned`, pinHint(pinned))
    case 'unreadable':
      return new ArtifactError('gpg cannot read the signature')
  }
}

function pinHint(pinned: readonly string[]): string {
  return `pinned: ${pinned.join(', ')}; when the signer has a new key, pin it after comparing its fingerprint with the signer's announcement`
}
