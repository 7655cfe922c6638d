import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeArtifact } from '../../src/artifacts/artifact.ts'
import { parseArtifacts, readArtifacts } from '../../src/artifacts/read.ts'
import { resolveArtifact, selectArtifacts } from '../../src/artifacts/resolve.ts'
import { formatProblem, InputError } from '../../src/values/problem.ts'

const shipped = await readArtifacts(join(import.meta.dirname, '..', '..', 'artifacts.yaml'))

function mistakes(text: string): string[] {
  try {
    parseArtifacts(text, 'artifacts.yaml')
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem)
    throw error
  }
  return []
}

describe('the shipped artifacts.yaml', () => {
  test('has every product for the platforms upstream builds it for', () => {
    const table = shipped.products.map((product) => {
      const own = shipped.artifacts.filter((artifact) => artifact.product === product)
      return `${product}: ${own.map((each) => `${each.platform}/${each.architecture} ${each.form}`).join(', ')}`
    })
    const packages = ['linux/amd64 deb', 'linux/amd64 rpm', 'linux/arm64 deb', 'linux/arm64 rpm']
    expect(table).toEqual([
      `amazon-ssm-agent: ${packages.join(', ')}, windows/amd64 exe`,
      'prometheus: linux/amd64 tar.gz, linux/arm64 tar.gz, windows/amd64 zip',
      'node_exporter: linux/amd64 tar.gz, linux/arm64 tar.gz',
      'windows_exporter: windows/amd64 msi',
      'winsw: windows/amd64 exe',
      `grafana-agent: ${packages.join(', ')}, windows/amd64 zip`,
      `alloy: ${packages.join(', ')}, windows/amd64 exe`,
      `adot: ${packages.join(', ')}, windows/amd64 msi`,
      'otelcol-contrib: linux/amd64 deb, linux/amd64 rpm, linux/amd64 tar.gz, linux/arm64 deb, linux/arm64 rpm, linux/arm64 tar.gz, windows/amd64 tar.gz',
      `amazon-cloudwatch-agent: ${packages.join(', ')}, windows/amd64 msi`,
      'vmagent: linux/amd64 tar.gz, linux/arm64 tar.gz, windows/amd64 zip',
    ])
  })

  test('fetches over HTTPS alone, and every address names version or "latest"', () => {
    const addresses = shipped.artifacts.flatMap(({ url, checksums, signature, keys }) => [
      url,
      ...[checksums, signature, ...keys.map((key) => key.url)].filter((each) => each !== undefined),
    ])
    expect(addresses.length).toBeGreaterThan(40)
    expect(addresses.filter((address) => !address.startsWith('https://'))).toEqual([])
    expect(addresses.filter((address) => /[{}]/.test(address))).toEqual([])
  })

  test('fills in version, file and package version', () => {
    const agent = resolveArtifact(shipped, 'amazon-ssm-agent', { platform: 'linux', architecture: 'arm64' })
    expect(agent).toMatchObject({
      name: 'amazon-ssm-agent.deb',
      packageVersion: `${agent.version}-1`,
      url: `https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/${agent.version}/debian_arm64/amazon-ssm-agent.deb`,
      signature: `https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/${agent.version}/debian_arm64/amazon-ssm-agent.deb.sig`,
    })
    const windows = resolveArtifact(shipped, 'amazon-ssm-agent', {
      platform: 'windows',
      architecture: 'amd64',
    })
    expect([windows.signature, windows.keys]).toEqual([undefined, []])
  })
})

describe('a file for a host', () => {
  const linux = { platform: 'linux', architecture: 'amd64' }

  test('is of the wanted form, else of the first written', () => {
    expect(resolveArtifact(shipped, 'alloy', linux).form).toBe('deb')
    expect(resolveArtifact(shipped, 'alloy', { ...linux, form: 'rpm' }).form).toBe('rpm')
    expect(resolveArtifact(shipped, 'prometheus', { ...linux, form: 'rpm' }).form).toBe('tar.gz')
  })

  test('that is not there is refused with what there is', () => {
    expect(() => resolveArtifact(shipped, 'node_exporter', { ...linux, platform: 'windows' })).toThrow(
      /no file of node_exporter for windows\/amd64\n {2}hint: there are files for linux\/amd64, linux\/arm64/,
    )
    expect(() => resolveArtifact(shipped, 'alloi', linux)).toThrow(/no product 'alloi'\n.*"alloy"/)
  })

  test('or several are selected by product, platform and architecture', () => {
    const selected = selectArtifacts(shipped, {
      products: ['adot', 'vmagent'],
      platforms: ['linux'],
      architectures: ['amd64', 'arm64'],
    })
    expect(selected.map(describeArtifact)).toEqual([
      'adot 0.49.0 for linux/amd64 (deb)',
      'adot 0.49.0 for linux/amd64 (rpm)',
      'adot 0.49.0 for linux/arm64 (deb)',
      'adot 0.49.0 for linux/arm64 (rpm)',
      'vmagent 1.150.0 for linux/amd64 (tar.gz)',
      'vmagent 1.150.0 for linux/arm64 (tar.gz)',
    ])
    expect(() =>
      selectArtifacts(shipped, { products: [], platforms: ['windows'], architectures: ['arm64'] }),
    ).toThrow(/no file is for these/)
  })
})

describe('mistakes', () => {
  test('are told all at once, each with its place', () => {
    const text = `prometheus:
  verson: 3.5.5
  checksums: ftp://example.com/sums
  files:
    - for: linux/amd46
      url: https://example.com/{vers}/prometheus.tar.gz
      sha256: abc
    - url: https://example.com/prometheus.txt
    - just text
    - { for: linux/amd64, url: https://example.com/z.deb }
agent:
  version: 1.10
  signature: "{url}.sig"
  keys:
    - fingerprint: 12345678
      file: keys/agent.asc
      allow_expired: perhaps
  files: {}
../evil:
  version: ../1
  files:
    - { for: linux/amd64, url: https://user:secret@example.com/a.deb }
    - { for: linux/amd64, url: https://example.com/b.deb }
    - { for: linux/amd64, url: https://example.com/c.deb, checksums: }
`
    expect(mistakes(text)).toMatchInlineSnapshot(`
      [
        "artifacts.yaml:2:3: there is no key 'verson' here
        hint: did you mean "version"?",
        "artifacts.yaml:2:3: 'version' is missing",
        "artifacts.yaml:9:7: every item of 'files' must be a mapping",
        "artifacts.yaml:5:12: 'linux/amd46' is no platform and architecture
        hint: did you mean "linux/amd64"?",
        "artifacts.yaml:7:15: a sha256 has 64 hexadecimal digits
        hint: leave the line out: \`muster artifacts fetch\` takes it from upstream and writes it here",
        "artifacts.yaml:6:12: {vers} means nothing here
        hint: known: {version}",
        "artifacts.yaml:3:14: 'ftp://example.com/sums' must begin with https:// or http://",
        "artifacts.yaml:8:7: 'for' is missing
        hint: platform and architecture, such as linux/amd64",
        "artifacts.yaml:8:12: the URL must end in the name of a file of a known form, not 'prometheus.txt'
        hint: known: .deb .rpm .tar.gz .tar.xz .zip .msi .exe",
        "artifacts.yaml:15:20: a fingerprint has 40 hexadecimal digits
        hint: a key id is too short to pin: it can be forged",
        "artifacts.yaml:17:22: 'allow_expired' must be true or false",
        "artifacts.yaml:18:10: 'files' must be a list",
        "artifacts.yaml:19:1: '../evil' cannot be the name of a product: it names a folder
        hint: letters, digits and . _ + ~ - are allowed",
        "artifacts.yaml:20:12: '../1' is no version",
        "artifacts.yaml:22:32: a URL here must hold no user and no password",
        "artifacts.yaml:23:7: ../evil has two deb files for linux/amd64",
        "artifacts.yaml:24:7: ../evil has two deb files for linux/amd64",
      ]
    `)
  })

  test('a file that is no mapping', () => {
    expect(mistakes('- a\n')).toEqual([
      'artifacts.yaml:1:1: must be one mapping of products to their version and files',
    ])
    expect(mistakes('')).toEqual([
      'artifacts.yaml: must be one mapping of products to their version and files',
    ])
  })

  test('a version is what is written, not a number', () => {
    const { artifacts } = parseArtifacts(
      'a: {version: 1.10, files: [{for: linux/amd64, url: "https://example.com/{version}/a.deb"}]}',
      'artifacts.yaml',
    )
    expect(artifacts[0]?.url).toBe('https://example.com/1.10/a.deb')
  })

  test('two files for the same', () => {
    const entry = '{for: linux/amd64, url: "https://example.com/a.deb"}'
    expect(mistakes(`a: {version: 1, files: [${entry}, ${entry}]}`)).toEqual([
      'artifacts.yaml:1:79: a has two deb files for linux/amd64',
    ])
  })

  test('keys without a signature, a signature without keys', () => {
    const files = 'files: [{for: linux/amd64, url: "https://example.com/a.deb"}]'
    const key = `{fingerprint: ${'A'.repeat(40)}, file: k}`
    expect(mistakes(`a: {version: 1, keys: [${key}], ${files}}`)).toEqual([
      "artifacts.yaml:1:4: 'a' has keys and no signature to check with them",
    ])
    expect(mistakes(`a: {version: 1, signature: "{url}.sig", ${files}}`)).toEqual([
      "artifacts.yaml:1:4: 'a' has a signature and no keys\n  hint: pin the fingerprint of the signer under keys",
    ])
  })
})
