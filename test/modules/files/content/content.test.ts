import { describe, expect, it } from 'vitest'
import {
  contentOfText,
  digestOf,
  INLINE_LIMIT,
  readAll,
} from '../../../../src/modules/files/content/content.ts'
import { contentParameter } from '../../../../src/modules/files/content/content-parameter.ts'
import { textDiff } from '../../../../src/modules/files/content/text-diff.ts'
import { Float } from '../../../../src/values/float.ts'
import { Secret } from '../../../../src/values/secret.ts'

describe('content as a parameter', () => {
  it('writes mappings and lists as JSON with blanks, and scalars as Python prints them', () => {
    expect(contentParameter(new Map<string, never>())).toBe('{}')
    expect(contentParameter(new Map([['b', [1, true, null]]]))).toBe('{"b": [1, true, null]}')
    expect(contentParameter(42)).toBe('42')
    expect(contentParameter(true)).toBe('True')
    expect(contentParameter(new Float(1))).toBe('1.0')
  })

  it('is secret when anything in it is', () => {
    const content = contentParameter(new Map([['token', new Secret('hunter2')]]))
    expect(content).toBeInstanceOf(Secret)
    expect((content as Secret).revealText()).toBe('{"token": "hunter2"}')
  })
})

describe('a content', () => {
  it('rides in the request up to the limit, as text or as a secret', () => {
    expect(contentOfText('x'.repeat(INLINE_LIMIT)).inline).not.toBeNull()
    expect(contentOfText('x'.repeat(INLINE_LIMIT + 1)).inline).toBeNull()
    expect(contentOfText(new Secret('x')).inline).toBeInstanceOf(Secret)
  })

  it('counts bytes, not characters', async () => {
    const content = contentOfText('ü')
    expect(content.size).toBe(2)
    expect(await readAll(content.source)).toEqual(Buffer.from('ü'))
    const { source } = contentOfText('abc')
    expect(await digestOf(source, 'sha1')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
    expect(await digestOf(source, 'md5')).toBe('900150983cd24fb0d6963f7d28e17f72')
  })
})

describe('the diff of a text', () => {
  it('shows both sides', async () => {
    const diff = await textDiff('/f', { there: true, text: Buffer.from('old\n') }, contentOfText('new\n'))
    expect(diff).toEqual([{ header: '/f', before: 'old\n', after: 'new\n' }])
  })

  it('shows nothing of a secret but that it differs', async () => {
    const diff = await textDiff(
      '/f',
      { there: true, text: Buffer.from('hunter1') },
      contentOfText(new Secret('hunter2')),
    )
    expect(JSON.stringify(diff)).not.toContain('hunter')
    expect(diff).toHaveLength(1)
  })

  it('is left out for binary contents and for old texts that were too large to read', async () => {
    expect(await textDiff('/f', { there: false, text: null }, contentOfText(Buffer.from([0, 1])))).toEqual([])
    expect(await textDiff('/f', { there: true, text: null }, contentOfText('x'))).toEqual([])
  })
})
