import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectors } from './releases/index.ts'
import { archiveName, RELEASES } from './releases/releases.ts'

describe('collectors from a mirror', () => {
  let folder: string
  let mirror: string
  let cache: string
  let server: Server | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-collectors-'))
    mirror = join(folder, 'mirror')
    cache = join(folder, 'cache')
    await mkdir(mirror)
    const lines = []
    for (const { name, version } of RELEASES) {
      const base = archiveName(name, version)
      await mkdir(join(folder, base))
      await writeFile(join(folder, base, name), `program ${name}`)
      execFileSync('tar', ['-C', folder, '-cJf', join(mirror, `${base}.tar.xz`), base])
      const sum = createHash('sha256')
        .update(await readFile(join(mirror, `${base}.tar.xz`)))
        .digest('hex')
      lines.push(`${sum}  ${base}.tar.xz\n`)
    }
    await writeFile(join(mirror, 'sha256sums.txt'), lines.join(''))
  })
  afterEach(async () => {
    server?.close()
    server = undefined
    await rm(folder, { recursive: true, force: true })
  })

  const programIn = (archive: string) =>
    execFileSync('tar', ['-xzOf', archive, '--wildcards', 'prometheus-*/prometheus'], { encoding: 'utf8' })

  test("become upstream's archives, with their own checksums", async () => {
    const found = await collectors({ mirror, cache })
    expect(found.prometheus).toMatchObject({ name: 'prometheus', version: '3.5.3' })
    expect(found.prometheus.path).toMatch(/\/prometheus-3\.5\.3\.linux-\w+\.tar\.gz$/)
    expect(found.nodeExporter.path).toMatch(/\/node_exporter-1\.12\.1\.linux-\w+\.tar\.gz$/)
    expect(programIn(found.prometheus.path)).toBe('program prometheus')
    const content = await readFile(found.prometheus.path)
    expect(found.prometheus.sha256).toBe(createHash('sha256').update(content).digest('hex'))
    expect(found.source).toContain('MUSTER_ARTIFACTS')
  })

  test('are the same over HTTP', async () => {
    const asked: string[] = []
    server = createServer((request, response) => {
      asked.push(request.url!)
      createReadStream(join(mirror, request.url!)).pipe(response)
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const found = await collectors({ mirror: url, cache })
    expect(programIn(found.prometheus.path)).toBe('program prometheus')
    const archives = () => asked.filter((path) => path.endsWith('.xz')).length
    expect(archives()).toBe(2)
    await collectors({ mirror: url, cache })
    expect(archives()).toBe(2)
  })

  test('are made again when the cache was changed', async () => {
    const { prometheus } = await collectors({ mirror, cache })
    await writeFile(prometheus.path, 'tampered')
    expect((await collectors({ mirror, cache })).prometheus.sha256).toBe(prometheus.sha256)
    expect(programIn(prometheus.path)).toBe('program prometheus')
  })

  test('are refused when they are not what the list says', async () => {
    const file = `${archiveName('prometheus', '3.5.3')}.tar.xz`
    await writeFile(join(mirror, file), 'something else')
    await expect(collectors({ mirror, cache })).rejects.toThrow(
      new RegExp(`${file}: SHA-256 is [0-9a-f]{64}, the checksum list says [0-9a-f]{64}`),
    )
  })

  test('are an error when the list does not name them', async () => {
    await writeFile(join(mirror, 'sha256sums.txt'), '')
    await expect(collectors({ mirror, cache })).rejects.toThrow(
      /lists no prometheus-3\.5\.3.*\.tar\.gz or \.tar\.xz/,
    )
  })
})
