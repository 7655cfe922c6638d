import { expect, test } from 'vitest'
import { grants, isWantedAccess } from '../../../src/modules/windows/access-list.ts'
import { serviceSid } from '../../../src/modules/windows/service-sid.ts'

test("a service's SID is made of its name", () => {
  // Windows' own, of sshd (facts/windows.md 4.3).
  const sshd = 'S-1-5-80-3847866527-469524349-687026318-516638107-1125189541'
  expect([serviceSid('sshd'), serviceSid('SSHD')]).toEqual([sshd, sshd])
})

const sid = serviceSid('prometheus')
const folder = { folder: true, readers: [sid] }

test.each([
  [`O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;${sid})`, true],
  [`O:BAG:SYD:PAI(A;OICI;0x1200a9;;;${sid})(A;OICI;0x1f01ff;;;S-1-5-32-544)(A;CIOI;FA;;;S-1-5-18)`, true],
  // Open to the parent, to somebody else, to writing, or for less than was wanted.
  [`O:BAG:SYD:AI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;${sid})`, false],
  [`D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;${sid})(A;;FR;;;BU)`, false],
  [`D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;${sid})`, false],
  ['D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', false],
  ['', false],
])('%s', (sddl, good) => {
  expect(isWantedAccess(sddl, folder)).toBe(good)
})

test('who may change what is in a folder is told from who may read it', () => {
  const data = { folder: true, readers: [], writers: [sid] }
  const list = (rights: string) => `D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;${rights};;;${sid})`
  expect(isWantedAccess(list('0x1301bf'), data)).toBe(true)
  expect(isWantedAccess(list('0x1200a9'), data)).toBe(false)
  expect(isWantedAccess(list('FA'), data)).toBe(false)
})

test('rights are given to SIDs, whatever language the host speaks', () => {
  expect(grants(folder)).toEqual([`0x1200a9;;;${sid}`])
  expect(grants({ folder: true, readers: [], writers: [sid] })).toEqual([`0x1301bf;;;${sid}`])
})
