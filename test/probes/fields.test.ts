import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { field, numberField, readFields, splitFields, strictText } from '../../src/probes/fields.ts'
import type { Output } from '../../src/values/transfer.ts'

function output(stdout: string | Buffer, more: Partial<Output> = {}): Output {
  return {
    rc: 0,
    stdout: Buffer.from(stdout),
    stderr: Buffer.alloc(0),
    seconds: 0,
    truncated: false,
    timedOut: false,
    ...more,
  }
}

describe('fields', () => {
  it('are pairs ended by NUL, whatever the values hold', () => {
    const fields = splitFields(Buffer.from('path\0/a\nb "c"\0link\0\0'), 'look')
    expect(fields.map(({ name, value }) => [name, value.toString()])).toEqual([
      ['path', '/a\nb "c"'],
      ['link', ''],
    ])
  })

  it('end with `rest`, which takes all that follows', () => {
    const fields = splitFields(Buffer.from('a\0b\0rest\0x\0y\0\0'), 'look')
    expect(field(fields, 'rest')?.toString()).toBe('x\0y\0\0')
  })

  it('survive any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))),
        (values) => {
          const bytes = Buffer.from(values.map((value) => `value\0${value}\0`).join(''))
          expect(splitFields(bytes, 'look').map(({ value }) => value.toString())).toEqual(
            values.map((value) => Buffer.from(value).toString()),
          )
        },
      ),
    )
  })

  it.each([
    ['an answer cut in a field', 'path\0/a'],
    ['an odd one', 'path\0/a\0more'],
    ['a name that is none', 'pa th\0x\0'],
    ['a message in front', 'Welcome!\npath\0/a\0'],
  ])('are refused in %s', (_, text) => {
    expect(() => splitFields(Buffer.from(text), 'look')).toThrow("the host's answer cannot be read")
  })

  it('are refused when the script failed, was killed, or printed too much', () => {
    expect(() =>
      readFields(output('', { rc: 2, stderr: Buffer.from('sh: stat: not found\n') }), 'look at /a'),
    ).toThrow('look at /a: sh: stat: not found')
    expect(() => readFields(output('', { rc: null }), 'look')).toThrow('killed by a signal')
    expect(() => readFields(output('', { truncated: true }), 'look')).toThrow(
      'more than the connection takes',
    )
  })

  it('hold numbers and UTF-8 only where these are wanted', () => {
    const fields = splitFields(Buffer.from(['size', '-1', 'gid', '100', ''].join('\0')), 'look')
    expect(numberField(fields, 'gid')).toBe(100)
    expect(() => numberField(fields, 'size')).toThrow("'size' is '-1'")
    expect(() => strictText(Buffer.from([0x61, 0xff]), 'a file name')).toThrow(
      'a file name on the host is not UTF-8',
    )
  })
})
