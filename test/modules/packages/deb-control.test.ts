import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { contentOfText } from '../../../src/modules/files/content/content.ts'
import { controlInfo, debInfo } from '../../../src/modules/packages/deb-control.ts'
import { debFile, tar } from './deb-file.ts'

const CONTROL = 'Package: casepkg\nVersion: 1:2.0~rc1-3\nArchitecture: all\nDescription: x\n Version: 9\n'

describe('a .deb', () => {
  it.each([
    ['control.tar', (bytes: Buffer) => bytes],
    ['control.tar.gz', gzipSync],
    ['control.tar.zst', zstdCompressSync],
  ])('says its name and version (%s)', async (name, pack) => {
    const deb = debFile(name, pack(tar({ './md5sums': 'x\n', './control': CONTROL })))
    expect(await debInfo(contentOfText(deb).source, 'a.deb')).toMatchObject({
      name: 'casepkg',
      version: '1:2.0~rc1-3',
    })
  })

  it.each([
    ['no archive', Buffer.from('hello'), 'a.deb is no Debian package'],
    ['no control member', debFile('data.tar.gz', gzipSync(tar({}))), 'a.deb is no Debian package'],
    [
      'a member that is cut',
      debFile('control.tar.gz', gzipSync(tar({ './control': CONTROL })).subarray(0, 20)),
      'cannot read the control file of a.deb',
    ],
    [
      'no control file',
      debFile('control.tar', tar({ './other': 'x' })),
      'a.deb says neither name nor version',
    ],
  ])('is refused with %s', async (_, bytes, message) => {
    await expect(debInfo(contentOfText(bytes).source, 'a.deb')).rejects.toThrow(message)
  })

  it.each([
    'Package: a b\nVersion: 1\n',
    'Package: -x\nVersion: 1\n',
    'Package: a\nVersion: $(id)\n',
    'Version: 1\n',
  ])('is refused with a name or version that is none: %j', (control) => {
    expect(() => controlInfo(control, 'a.deb')).toThrow('says neither name nor version')
  })
})
