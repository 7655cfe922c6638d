import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fetchArtifacts } from '../../src/artifacts/fetch.ts'
import { readArtifacts } from '../../src/artifacts/read.ts'
import { verifyArtifacts } from '../../src/artifacts/verify.ts'
import { Lab, outcomes, sha256 } from './lab.ts'
import { releaseServer } from './release-server.ts'

const CONTENT = Buffer.alloc(300_000, 'prometheus ')
const SUM = sha256(CONTENT)

/** One product with one file; `more` goes into the file's entry. */
const pins = (url: string, more: Readonly<Record<string, string>> = {}) =>
  [
    'prometheus: # the collector',
    '  version: 3.5.5',
    '  files:',
    '    - for: linux/amd64',
    `      url: ${url}/v{version}/prometheus-{version}.tar.gz # upstream`,
    ...Object.entries(more).map(([key, value]) => `      ${key}: ${value}`),
    '# the end',
    '',
  ].join('\n')

const FILE = '/v3.5.5/prometheus-3.5.5.tar.gz'
const LIST = '/v3.5.5/sha256sums.txt'
const listed = (url: string) => pins(url, { checksums: `${url}/v{version}/sha256sums.txt` })
const list = (sum: string) => `${'0'.repeat(64)}  other.tar.gz\n${sum}  prometheus-3.5.5.tar.gz\n`

describe('a checksum that is not known yet', () => {
  test("is taken from upstream's list and locked; afterwards neither is asked again", async () => {
    const server = await releaseServer({ [FILE]: CONTENT, [LIST]: list(SUM) })
    const lab = new Lab(listed(server.url))
    const before = lab.text
    expect(outcomes(await lab.fetch())).toEqual(['fetched: list, locked'])
    expect(lab.text).toBe(before.replace('# upstream\n', `# upstream\n      sha256: ${SUM}\n`))
    expect(lab.files).toEqual([
      join(lab.target, 'prometheus', '3.5.5', 'linux-amd64', 'prometheus-3.5.5.tar.gz'),
    ])
    expect(lab.content('prometheus')).toBe(CONTENT.toString())
    expect(statSync(lab.files[0]!).mode & 0o777).toBe(0o644)
    const asked = server.asked.length
    expect(outcomes(await lab.fetch())).toEqual(['present: locked'])
    expect(server.asked.length).toBe(asked)
  })

  test('is refused where the file is not what the list says: nothing is written', async () => {
    const server = await releaseServer({ [FILE]: CONTENT, [LIST]: list('f'.repeat(64)) })
    const lab = new Lab(listed(server.url))
    const before = lab.text
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(
        new RegExp(`^failed: ${server.url}${FILE} has sha256 ${SUM}, and .*${LIST} says f{64}`),
      ),
    ])
    expect(lab.files).toEqual([])
    expect(lab.text).toBe(before)
  })

  test('is refused where there is neither list nor signature, unless the first download is trusted', async () => {
    const server = await releaseServer({ [FILE]: CONTENT })
    const lab = new Lab(pins(server.url))
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(/no sha256 is locked.*--trust-download/),
    ])
    expect(server.asked).toEqual([])
    expect(outcomes(await lab.fetch({ trustDownload: true }))).toEqual(['fetched: first download, locked'])
    expect(lab.text).toContain(`sha256: ${SUM}`)
  })

  test('needs no trust in the first download of a set-up whose signature the hosts check', async () => {
    const server = await releaseServer({ '/v3.5.5/setup.exe': CONTENT })
    const entry = (more: string) =>
      `agent:\n  version: 3.5.5\n  files:\n    - for: windows/amd64\n      url: ${server.url}/v{version}/setup.exe\n${more}`
    const lab = new Lab(entry('      authenticode: Amazon.com Services LLC\n'))
    expect(outcomes(await lab.fetch())).toEqual(['fetched: checked on hosts, locked'])
    expect(lab.text).toContain(`sha256: ${SUM}`)
    expect(outcomes(await new Lab(entry('')).fetch())).toEqual([
      expect.stringMatching(/no sha256 is locked.*--trust-download/),
    ])
  })

  test('of a file that is there already is compared with the list, and not downloaded', async () => {
    const server = await releaseServer({ [LIST]: list(SUM) })
    const lab = new Lab(listed(server.url))
    const path = join(lab.target, 'prometheus/3.5.5/linux-amd64/prometheus-3.5.5.tar.gz')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, CONTENT)
    expect(outcomes(await lab.fetch())).toEqual(['present: list, locked'])
    expect(server.asked).toEqual([LIST])
  })

  test('of a file that is there already is never taken from that file', async () => {
    const server = await releaseServer({ [FILE]: CONTENT })
    const lab = new Lab(pins(server.url))
    const path = join(lab.target, 'prometheus/3.5.5/linux-amd64/prometheus-3.5.5.tar.gz')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'planted')
    expect(outcomes(await lab.fetch({ trustDownload: true }))).toEqual(['fetched: first download, locked'])
    expect(lab.content('prometheus')).toBe(CONTENT.toString())
  })

  test('comes over HTTPS or not at all', async () => {
    // Loopback counts as safe, so the proxy stands for the network in between.
    const proxy = await releaseServer({ [`http://releases.example${FILE}`]: CONTENT })
    const environment = { http_proxy: proxy.url }
    const list = new Lab(listed('http://releases.example'))
    expect(outcomes(await list.fetch({ environment }))).toEqual([
      expect.stringMatching(/sha256sums.txt is not encrypted: anyone on the way can change the list/),
    ])
    const first = new Lab(pins('http://releases.example'))
    expect(outcomes(await first.fetch({ environment, trustDownload: true }))).toEqual([
      expect.stringMatching(/is not encrypted: what comes from there cannot be trusted/),
    ])
    const locked = new Lab(pins('http://releases.example', { sha256: SUM }))
    expect(outcomes(await locked.fetch({ environment }))).toEqual(['fetched: locked'])
    // The first two were refused before anything was downloaded.
    expect(proxy.asked).toEqual([`http://releases.example${FILE}`])
  })
})

describe('a locked checksum', () => {
  test('is never overwritten, neither in the file nor by another file', async () => {
    const server = await releaseServer({ [FILE]: CONTENT, [LIST]: list(SUM) })
    const lab = new Lab(listed(server.url))
    await lab.fetch()
    const before = lab.text
    server.answers[FILE] = 'another build'
    server.answers[LIST] = list(sha256('another build'))
    expect(outcomes(await lab.fetch())).toEqual(['present: locked'])
    writeFileSync(lab.files[0]!, 'damaged')
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(
        /^failed: .* has sha256 [0-9a-f]{64}, and [0-9a-f]{64} is locked .*remove the old sha256 at .*artifacts.yaml:4:7\)/,
      ),
    ])
    expect(lab.content('prometheus')).toBe('damaged')
    expect(lab.files.length).toBe(1)
    server.answers[FILE] = CONTENT
    expect(outcomes(await lab.fetch())).toEqual(['fetched: locked'])
    expect(lab.content('prometheus')).toBe(CONTENT.toString())
    expect(lab.text).toBe(before)
  })
})

describe('a download', () => {
  test('that ends early is refused, and leaves no part', async () => {
    const server = await releaseServer({
      [FILE]: (_request, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length })
        response.write(CONTENT.subarray(0, 100_000), () => response.destroy())
      },
    })
    const lab = new Lab(pins(server.url, { sha256: SUM }))
    expect(outcomes(await lab.fetch())).toEqual([
      expect.stringMatching(/^failed: .*tar\.gz: ended after \d+ bytes of 300000 \(run the command again/),
    ])
    expect(lab.files).toEqual([])
  })

  test('that was cut to a shorter whole is found by its checksum', async () => {
    const server = await releaseServer({ [FILE]: CONTENT.subarray(0, 1000) })
    const lab = new Lab(pins(server.url, { sha256: SUM }))
    expect(outcomes(await lab.fetch())).toEqual([expect.stringMatching(/^failed: .* is locked/)])
    expect(lab.files).toEqual([])
  })

  test('follows redirects, over hosts too, and ends a circle of them', async () => {
    const store = await releaseServer({ '/blob?token=1': CONTENT })
    const server = await releaseServer({ [FILE]: { location: `${store.url}/blob?token=1` } })
    const lab = new Lab(pins(server.url, { sha256: SUM }))
    expect(outcomes(await lab.fetch())).toEqual(['fetched: locked'])

    server.answers[FILE] = { location: FILE }
    const circle = new Lab(pins(server.url, { sha256: SUM }))
    expect(outcomes(await circle.fetch())).toEqual([expect.stringMatching(/redirected more than 10 times/)])
    server.answers[FILE] = { location: 'file:///etc/passwd' }
    expect(outcomes(await circle.fetch())).toEqual([expect.stringMatching(/which is no web address/)])
  })

  test('that is not there says so', async () => {
    const server = await releaseServer({})
    const lab = new Lab(pins(server.url, { sha256: SUM }))
    expect(outcomes(await lab.fetch())).toEqual([
      `failed: ${server.url}${FILE}: HTTP 404 Not Found (check version and url in artifacts.yaml)`,
    ])
    const closed = new Lab(pins('http://127.0.0.1:1', { sha256: SUM }))
    expect(outcomes(await closed.fetch())).toEqual([
      expect.stringMatching(/ECONNREFUSED.*set https_proxy, or run `muster artifacts fetch` elsewhere/),
    ])
  })

  test('goes through the proxy of the environment, save to the hosts of no_proxy', async () => {
    const proxy = await releaseServer({ [`http://releases.example${FILE}`]: CONTENT })
    const direct = await releaseServer({ [FILE]: CONTENT })
    for (const variable of ['http_proxy', 'HTTP_PROXY']) {
      const lab = new Lab(pins('http://releases.example', { sha256: SUM }))
      expect(outcomes(await lab.fetch({ environment: { [variable]: proxy.url } }))).toEqual([
        'fetched: locked',
      ])
    }
    const lab = new Lab(pins(direct.url, { sha256: SUM }))
    const environment = { http_proxy: proxy.url, no_proxy: '127.0.0.1' }
    expect(outcomes(await lab.fetch({ environment }))).toEqual(['fetched: locked'])
    expect(proxy.asked.length).toBe(2)
  })

  test('over HTTPS asks the proxy of https_proxy for a tunnel', async () => {
    const tunnels: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '')
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void proxy.close())
    const lab = new Lab(pins('https://releases.example', { sha256: SUM }))
    const https_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    expect(outcomes(await lab.fetch({ environment: { https_proxy } }))).toEqual([
      expect.stringMatching(/^failed: https:\/\/releases\.example.*502/),
    ])
    expect(tunnels).toEqual(['releases.example:443'])
  })

  test('stops when it is told to, and leaves no part', async () => {
    const abort = new AbortController()
    const server = await releaseServer({
      [FILE]: (_request, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length })
        response.write(CONTENT.subarray(0, 100_000), () => abort.abort())
      },
    })
    const lab = new Lab(pins(server.url, { sha256: SUM }))
    const file = await readArtifacts(lab.pins)
    const options = { signal: abort.signal, environment: {}, trustDownload: false, done: () => {} }
    await expect(fetchArtifacts(file, file.artifacts, lab.target, options)).rejects.toThrow(/abort/i)
    expect(lab.files).toEqual([])
  })
})

test("one file's failure does not stop the others, and a list is fetched once for all of them", async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const answers = Object.fromEntries(names.map((name) => [`/${name}.deb`, `content of ${name}`]))
  delete answers['/c.deb']
  const sums = names.map((name) => `${sha256(`content of ${name}`)}  ${name}.deb`).join('\n')
  const server = await releaseServer({ ...answers, '/SHA256SUMS': sums })
  const entries = names.map(
    (name) =>
      `${name}:\n  version: 1 # ${name}\n  checksums: ${server.url}/SHA256SUMS\n  files:\n    - for: linux/amd64\n      url: ${server.url}/${name}.deb\n`,
  )
  const lab = new Lab(entries.join('\n'))
  const done = outcomes(await lab.fetch())
  expect(done.filter((each) => each === 'fetched: list, locked').length).toBe(4)
  expect(done[2]).toMatch(/HTTP 404/)
  expect(server.asked.filter((path) => path === '/SHA256SUMS')).toEqual(['/SHA256SUMS'])
  const { artifacts } = await readArtifacts(lab.pins)
  expect(artifacts.map((each) => each.sha256)).toEqual(
    names.map((name) => (name === 'c' ? undefined : sha256(`content of ${name}`))),
  )
  expect(lab.text.match(/# [abcde]$/gm)?.length).toBe(5)
})

test('a folder is verified without any network', async () => {
  const server = await releaseServer({ [FILE]: CONTENT })
  const lab = new Lab(pins(server.url, { sha256: SUM }))
  const verify = async () => (await verifyArtifacts((await readArtifacts(lab.pins)).artifacts, lab.target))[0]
  expect(await verify()).toMatchObject({ state: 'missing', sha256: undefined })
  await lab.fetch()
  const asked = server.asked.length
  expect(await verify()).toMatchObject({ state: 'ok', sha256: SUM })
  writeFileSync(lab.files[0]!, 'tampered')
  expect(await verify()).toMatchObject({ state: 'wrong', sha256: sha256('tampered') })
  writeFileSync(lab.pins, pins(server.url))
  expect(await verify()).toMatchObject({ state: 'not locked' })
  expect(server.asked.length).toBe(asked)
})
