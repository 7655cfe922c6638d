import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSource } from '../../../src/modules/archives/archive-source.ts'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import unarchive from '../../../src/modules/library/unarchive.ts'
import { caseContext } from '../conformance/case-context.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-source-'))
  await writeFile(join(directory, 'app.tar'), 'x')
  await writeFile(join(directory, 'empty.tar'), '')
})
afterAll(() => rm(directory, { recursive: true }))

function find(args: Record<string, string | boolean>) {
  const params = readParameters(unarchive, new Map(Object.entries({ dest: '/srv', ...args })))
  return findSource(params, caseContext({ directory }))
}

describe('where an archive comes from', () => {
  it('beside the playbook, as it lies there', async () => {
    expect(await find({ src: 'app.tar' })).toMatchObject({ kind: 'controller', file: { size: 1 } })
    await expect(find({ src: 'empty.tar' })).rejects.toThrow(
      "Invalid archive 'empty.tar', the file is 0 bytes",
    )
    await expect(find({ src: 'none.tar' })).rejects.toThrow("Could not find or access 'none.tar'")
  })

  it('from the host with remote_src', async () => {
    expect(await find({ src: '~/a.tar', remote_src: true })).toMatchObject({ kind: 'host', path: '~/a.tar' })
  })

  it('from a web server with remote_src only; its password is shown nowhere', async () => {
    const src = 'https://ops:s3cret@example.org/a.tar.gz'
    await expect(find({ src })).rejects.toThrow(
      'Unsupported option, an URI src (https://ops:********@example.org/a.tar.gz) is only supported when remote_src is True',
    )
    const source = await find({ src, remote_src: true, validate_certs: false })
    expect(source.name).toBe('https://ops:********@example.org/a.tar.gz')
    expect(source.kind === 'url' && source.config.revealText()).toBe(
      [
        'url = "https://ops:s3cret@example.org/a.tar.gz"',
        'proto = "=http,https"',
        'location',
        'max-redirs = "10"',
        'connect-timeout = "10"',
        'speed-time = "10"',
        'speed-limit = "1"',
        'insecure',
        '',
      ].join('\n'),
    )
  })

  it('takes members to include or to exclude, not both', () => {
    const both = { src: 'app.tar', dest: '/srv', include: 'a', exclude: 'b' }
    expect(() => readParameters(unarchive, new Map(Object.entries(both)))).toThrow('mutually exclusive')
  })
})
