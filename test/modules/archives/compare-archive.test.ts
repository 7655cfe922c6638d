import { describe, expect, it } from 'vitest'
import {
  differencePattern,
  type MemberAttributes,
  readComparison,
} from '../../../src/modules/archives/compare-archive.ts'
import { parseMode } from '../../../src/modules/files/attributes/modes.ts'

function wish(options: { uid?: number; gid?: number; mode?: string; runs?: number } = {}): MemberAttributes {
  const owners = {
    uid: options.uid,
    gid: options.gid,
    unknownOwner: undefined,
    unknownGroup: undefined,
    runs: { uid: options.runs ?? 0, gid: 0, umask: 0o022 },
  }
  return { owners, mode: options.mode === undefined ? undefined : parseMode(options.mode) }
}

describe("tar's words for a difference", () => {
  const differs = (line: string, one: MemberAttributes) => new RegExp(differencePattern(one)).test(line)

  it.each([
    'app/conf: Mod time differs',
    'app/conf: Size differs',
    'app/conf: Contents differ',
    'app/link: Symlink differs',
    'app: File type differs',
    'tar: app/conf: Warning: Cannot stat: No such file or directory',
    'tar: app/conf: Warning: Cannot open: Permission denied',
    'app/hard: Not linked to app/conf',
  ])('%s', (line) => {
    expect(differs(line, wish())).toBe(true)
    expect(differs(line, wish({ uid: 1, gid: 1, mode: '0644', runs: 1000 }))).toBe(true)
  })

  it.each([
    ['app/conf: Uid differs', { uid: 1000 }],
    ['app/conf: Gid differs', { gid: 1000 }],
    ['app/conf: Mode differs', { mode: '0644' }],
  ])('%s, unless the task sets it', (line, set) => {
    expect(differs(line, wish())).toBe(true)
    expect(differs(line, wish(set))).toBe(false)
  })

  it('owners count for root only', () => {
    expect(differs('app/conf: Uid differs', wish({ runs: 1000 }))).toBe(false)
    expect(differs('app/conf: Mode differs', wish({ runs: 1000 }))).toBe(true)
  })

  it.each(["tar: Removing leading `/' from member names", 'app/conf'])('not: %s', (line) => {
    expect(differs(line, wish())).toBe(false)
  })
})

describe('the comparison', () => {
  const read = (attributes: string, one: MemberAttributes) =>
    readComparison([{ name: 'attributes', value: Buffer.from(attributes) }], one)

  it('says contents where tar found a difference', () => {
    expect(readComparison([{ name: 'differs', value: Buffer.alloc(0) }], wish())).toEqual({
      contents: true,
      attributes: false,
    })
    expect(readComparison([], wish())).toEqual({ contents: false, attributes: false })
  })

  it.each([
    ['81a4 1000 0', { uid: 1000 }, false],
    ['81a4 1000 0\n81a4 0 0', { uid: 1000 }, true],
    ['81a4 1000 0', { gid: 1000 }, true],
    // 0644 of a file, 0755 of a directory, 0777 of a link.
    ['41ed 0 0\n81a4 0 0\na1ff 0 0', { mode: 'u=rwX,g=rX,o=rX' }, false],
    ['41ed 0 0\n81a4 0 0', { mode: '0644' }, true],
    ['a1ff 0 0', { mode: '0644' }, false],
    ['a1ff 1 0', { mode: '0644', uid: 0 }, true],
  ] as const)('of %j with %j: %s', (found, set, expected) => {
    expect(read(found, wish(set)).attributes).toBe(expected)
  })

  it('refuses an answer that cannot be read', () => {
    expect(() => read('rw-r--r-- 0 0', wish({ uid: 0 }))).toThrow('cannot be read')
  })
})
