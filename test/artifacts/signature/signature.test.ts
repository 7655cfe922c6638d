import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Lab, outcomes, sha256 } from '../lab.ts'
import { releaseServer } from '../release-server.ts'

const gpgThere = spawnSync('gpg', ['--version']).status === 0
const home = mkdtempSync(join(tmpdir(), 'muster-signer-'))
afterAll(() => {
  if (gpgThere) spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  rmSync(home, { recursive: true, force: true })
})

function gpg(words: readonly string[], input: Buffer | string = ''): Buffer {
  return execFileSync('gpg', ['--homedir', home, '--batch', '--no-tty', '--quiet', ...words], {
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

interface Signer {
  readonly fingerprint: string
  readonly key: Buffer
  readonly sign: (content: string) => Buffer
}

/** Makes a real key; `when` is the time gpg believes it to be, for making and signing. */
function signer(name: string, expires = 'never', when: readonly string[] = []): Signer {
  const address = `${name}@example.com`
  const time = when.flatMap((each) => ['--faked-system-time', each])
  gpg([...time, '--passphrase', '', '--quick-generate-key', address, 'ed25519', 'sign', expires])
  const listing = gpg([...time, '--with-colons', '--list-keys', address]).toString()
  return {
    fingerprint: /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '',
    key: gpg(['--armor', '--export', address]),
    sign: (content) => gpg([...time, '--local-user', address, '--detach-sign'], content),
  }
}

const CONTENT = 'the package'

/** A product signed by `by`, whose pins are `pinned`. */
async function product(by: Buffer, pinned: readonly (readonly [Signer, string?])[]) {
  const server = await releaseServer({ '/agent.deb': CONTENT, '/agent.deb.sig': by })
  const keys = pinned.map(
    ([{ fingerprint }, more = ''], at) => `    - { fingerprint: ${fingerprint}, file: key-${at}.asc${more} }`,
  )
  const lab = new Lab(
    `agent:\n  version: 1\n  signature: "{url}.sig"\n  keys:\n${keys.join('\n')}\n  files:\n    - for: linux/amd64\n      url: ${server.url}/agent.deb\n`,
  )
  for (const [at, [{ key }]] of pinned.entries()) writeFileSync(join(lab.folder, `key-${at}.asc`), key)
  return { lab, server }
}

describe.skipIf(!gpgThere)('a signature (skipped where gpg is not installed)', () => {
  const current = gpgThere ? signer('current') : (undefined as never)
  const next = gpgThere ? signer('next') : (undefined as never)
  const stranger = gpgThere ? signer('stranger') : (undefined as never)
  const old = gpgThere ? signer('old', '30d', ['20200101T000000']) : (undefined as never)

  test('by a pinned key locks the checksum', async () => {
    const { lab } = await product(current.sign(CONTENT), [[current]])
    expect(outcomes(await lab.fetch())).toEqual(['fetched: signature, locked'])
    expect(lab.text).toContain(`      sha256: ${sha256(CONTENT)}\n`)
    expect(lab.content('agent')).toBe(CONTENT)
  })

  test('by either of two pinned keys will do: the signer may change keys', async () => {
    for (const by of [current, next]) {
      const { lab } = await product(by.sign(CONTENT), [[current], [next]])
      expect(outcomes(await lab.fetch())).toEqual(['fetched: signature, locked'])
    }
  })

  test('by a key that is not pinned is refused, also when its text lies in a pinned key file', async () => {
    const { lab } = await product(stranger.sign(CONTENT), [[current]])
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(
        new RegExp(`signed by ${stranger.fingerprint}, which is not pinned.*${current.fingerprint}`),
      ),
    ])
    writeFileSync(join(lab.folder, 'key-0.asc'), Buffer.concat([current.key, stranger.key]))
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(new RegExp(`signed by ${stranger.fingerprint}, which is not pinned`)),
    ])
    expect(lab.files).toEqual([])
    expect(lab.text).not.toContain('sha256')
  })

  test('of something else is refused', async () => {
    const { lab } = await product(current.sign('another package'), [[current]])
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/does not fit the file/)])
    expect(lab.files).toEqual([])
  })

  test('by an expired key is refused, unless it is allowed to have expired', async () => {
    const refused = await product(old.sign(CONTENT), [[old]])
    expect(outcomes(await refused.lab.fetch())).toEqual([
      expect.stringMatching(
        new RegExp(`signed by ${old.fingerprint}, and this key has expired.*allow_expired: true`),
      ),
    ])
    expect(refused.lab.files).toEqual([])
    const allowed = await product(old.sign(CONTENT), [[old, ', allow_expired: true'], [current]])
    expect(outcomes(await allowed.lab.fetch())).toEqual(['fetched: signature, locked'])
    // Only the key that says so.
    const other = await product(old.sign(CONTENT), [[old], [current, ', allow_expired: true']])
    expect(outcomes(await other.lab.fetch())).toEqual([expect.stringMatching(/this key has expired/)])
  })

  test('that carries a text of its own proves nothing about the file', async () => {
    const inline = gpg(['--local-user', 'current@example.com', '--sign'], CONTENT)
    const { lab } = await product(inline, [[current]])
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/^failed: /)])
    const { lab: clear } = await product(gpg(['--local-user', 'current@example.com', '--clear-sign'], 'x'), [
      [current],
    ])
    expect(outcomes(await clear.fetch())).toEqual([expect.stringMatching(/^failed: /)])
    expect(lab.files).toEqual([])
  })

  test('that is none is refused', async () => {
    for (const [text, message] of [
      [Buffer.from('<html>'), /no OpenPGP signature/],
      [Buffer.alloc(0), /no OpenPGP signature/],
    ] as const) {
      const { lab } = await product(text, [[current]])
      expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(message)])
    }
  })

  test('needs the text of the key: from its file, else from its address, where the fingerprint decides', async () => {
    const { lab, server } = await product(current.sign(CONTENT), [[current]])
    rmSync(join(lab.folder, 'key-0.asc'))
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(/the text of a pinned key is missing \(save the public key .* as .*key-0\.asc\)/),
    ])
    writeFileSync(lab.pins, lab.text.replace('key-0.asc }', `key-0.asc, url: ${server.url}/key }`))
    server.answers['/key'] = stranger.key
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(
        new RegExp(`/key does not hold the pinned key .*it holds ${stranger.fingerprint}`),
      ),
    ])
    server.answers['/key'] = current.key
    expect(outcomes(await lab.fetch())).toEqual(['fetched: signature, locked'])
    expect(readFileSync(join(lab.folder, 'key-0.asc'))).toEqual(current.key)
  })

  test('must agree with the list where there are both', async () => {
    const { lab, server } = await product(current.sign(CONTENT), [[current]])
    writeFileSync(lab.pins, lab.text.replace('  keys:', `  checksums: ${server.url}/SHA256SUMS\n  keys:`))
    server.answers['/SHA256SUMS'] = `${'0'.repeat(64)}  agent.deb\n`
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/SHA256SUMS says 0{64}/)])
    server.answers['/SHA256SUMS'] = `${sha256(CONTENT)}  agent.deb\n`
    expect(outcomes(await lab.fetch())).toEqual(['fetched: list and signature, locked'])
  })

  test('does not look at the keys of the user who runs it', async () => {
    vi.stubEnv('GNUPGHOME', home)
    const { lab } = await product(stranger.sign(CONTENT), [[current]])
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/which is not pinned/)])
    vi.unstubAllEnvs()
  })
})

test('a signature without gpg says what to install', async () => {
  const nobody = { fingerprint: 'A'.repeat(40), key: Buffer.from('key'), sign: () => Buffer.alloc(0) }
  const { lab } = await product(Buffer.from('signature'), [[nobody]])
  vi.stubEnv('PATH', '/nowhere')
  expect(outcomes(await lab.fetch())).toEqual([
    expect.stringMatching(
      /gpg is not installed here, and a signature must be checked \(install it \(apt-get install gnupg/,
    ),
  ])
  vi.unstubAllEnvs()
})
