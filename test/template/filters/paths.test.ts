import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filters } from '../../../src/template/filters/paths.ts'
import { tests } from '../../../src/template/tests/files.ts'
import { applier, asker } from '../apply.ts'

const apply = applier(filters)

describe('paths', () => {
  it('are taken apart at the last slash and the last dot', () => {
    expect(apply('basename', 'a/')).toBe('')
    expect(apply('dirname', '//a')).toBe('//')
    expect(apply('dirname', 'a//b')).toBe('a')
    expect(apply('splitext', 'a.d/.b')).toEqual(['a.d/.b', ''])
    expect(apply('splitext', 'b.tar.gz')).toEqual(['b.tar', '.gz'])
  })

  it('are put together and made short', () => {
    expect(apply('path_join', ['a', 'b/', 'c', '/d', ''])).toBe('/d/')
    expect(apply('normpath', '/a/./b//../c/')).toBe('/a/c')
    expect(apply('normpath', '../a/../..')).toBe('../..')
    expect(apply('relpath', '/etc/foo', ['/etc/bar/baz'])).toBe('../../foo')
    expect(apply('commonpath', ['/a/b/c', '/a/bc'])).toBe('/a')
    expect(() => apply('commonpath', ['/a', 'b'])).toThrow("Can't mix absolute and relative paths")
  })

  it('of Windows have a drive or a share', () => {
    expect(apply('win_splitdrive', '\\\\host\\share\\x')).toEqual(['\\\\host\\share', '\\x'])
    expect(apply('win_dirname', 'C:\\a\\b.txt')).toBe('C:\\a')
    expect(apply('win_dirname', 'C:\\a')).toBe('C:\\')
    expect(apply('win_basename', 'C:\\a/b.txt')).toBe('b.txt')
  })

  it('keep variables and users that nobody knows', () => {
    const unknown = `$MUSTER_NO_SUCH/\${MUSTER_NO_SUCH}`
    expect(apply('expandvars', unknown)).toBe(unknown)
    expect(apply('expanduser', '~no-such-user/x')).toBe('~no-such-user/x')
    expect(apply('expanduser', '~root/x')).toBe('/root/x')
  })
})

describe('files on the controller', () => {
  let folder = ''
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'paths-')))
    mkdirSync(join(folder, 'd'))
    for (const name of ['b.conf', 'a.conf', '.h.conf']) writeFileSync(join(folder, name), '')
    writeFileSync(join(folder, 'vault.yml'), '$ANSIBLE_VAULT;1.1;AES256\n00\n')
    symlinkSync('b.conf', join(folder, 'link'))
    symlinkSync('missing', join(folder, 'dangling'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are found by pattern, sorted, without folders and hidden ones', () => {
    const inFolder = applier(filters, folder)
    expect(inFolder('fileglob', '*.conf')).toEqual(['a.conf', 'b.conf'])
    expect(inFolder('fileglob', join(folder, '*'))).not.toContain(join(folder, 'd'))
    expect(inFolder('realpath', 'link/../x')).toBe(join(folder, 'x'))
    expect(inFolder('realpath', 'link')).toBe(join(folder, 'b.conf'))
  })

  it('are tested from the playbook folder', () => {
    const is = asker(tests, folder)
    expect(is('file', 'link')).toBe(true)
    expect(is('link', 'link')).toBe(true)
    expect(is('directory', 'd')).toBe(true)
    expect(is('exists', 'dangling')).toBe(false)
    expect(is('link_exists', 'dangling')).toBe(true)
    expect(is('same_file', 'link', ['b.conf'])).toBe(true)
    expect(is('mount', '/')).toBe(true)
    expect(is('mount', 'd')).toBe(false)
    expect(is('vaulted_file', 'vault.yml')).toBe(true)
    expect(is('vaulted_file', 'b.conf')).toBe(false)
    expect(() => is('same_file', 'link', ['missing'])).toThrow('No such file or directory')
    expect(() => is('file', 5)).toThrow('not int')
  })
})
