import { expect, test } from 'vitest'
import {
  registryData,
  registryPayload,
  sameRegistryValue,
} from '../../../src/modules/windows/registry-data.ts'

test.each([
  ['dword', 4_294_967_295, 4_294_967_295n, -1],
  ['dword', '0xffffffff', 4_294_967_295n, -1],
  ['dword', -1, 4_294_967_295n, -1],
  ['qword', '0xffffffffffffffff', 18_446_744_073_709_551_615n, '-1'],
  ['string', 12, '12', '12'],
  ['expandstring', '%PATH%', '%PATH%', '%PATH%'],
] as const)('%s of %s', (kind, data, wanted, sent) => {
  const value = registryData(kind, data)
  expect(value).toEqual({ kind, data: wanted })
  expect(registryPayload(value, data)).toBe(sent)
})

test('lists and bytes', () => {
  expect(registryData('multistring', ['a', 'b;c']).data).toEqual(['a', 'b;c'])
  expect(registryData('multistring', 'a').data).toEqual(['a'])
  expect(registryData('binary', 'hex:be,EF').data).toEqual(Buffer.from([0xbe, 0xef]))
  expect(registryData('binary', [190, 239]).data).toEqual(Buffer.from([0xbe, 0xef]))
})

test('what a kind cannot hold is refused', () => {
  expect(() => registryData('dword', 4_294_967_296)).toThrow('a dword cannot hold')
  expect(() => registryData('dword', 'many')).toThrow('a dword cannot hold')
  expect(() => registryData('binary', 'xyz')).toThrow('binary data is')
  expect(() => registryData('binary', [256])).toThrow('binary data is')
})

test('kind, data and case tell values apart', () => {
  const text = registryData('string', 'A')
  expect(sameRegistryValue(text, registryData('string', 'A'))).toBe(true)
  expect(sameRegistryValue(text, registryData('string', 'a'))).toBe(false)
  expect(sameRegistryValue(text, registryData('expandstring', 'A'))).toBe(false)
  expect(sameRegistryValue(null, text)).toBe(false)
})
