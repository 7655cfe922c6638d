import { expect, test } from 'vitest'
import {
  createService,
  type KnownService,
  newService,
  type ServiceWish,
  serviceChanges,
} from '../../../src/modules/windows/service-wish.ts'

const NOTHING: ServiceWish = {
  name: 'x',
  path: undefined,
  displayName: undefined,
  description: undefined,
  startMode: undefined,
  account: undefined,
  dependencies: undefined,
  failureActions: undefined,
  failureReset: undefined,
  failureFlag: undefined,
  sidType: undefined,
}
const service: KnownService = { ...newService({ ...NOTHING, path: 'C:\\x.exe' }), startMode: 'auto' }
const changes = (wish: Partial<ServiceWish>, now: Partial<KnownService> = {}) =>
  serviceChanges({ ...NOTHING, ...wish }, { ...service, ...now }).map(({ script }) => String(script))

test('what is not named, or is so already, stays', () => {
  expect(changes({})).toEqual([])
  expect(changes({ path: 'C:\\x.exe', startMode: 'auto', account: 'NT AUTHORITY\\SYSTEM' })).toEqual([])
  expect(changes({ account: 'LocalService' }, { account: 'NT AUTHORITY\\LocalService' })).toEqual([])
  expect(changes({ dependencies: ['Tcpip'] }, { dependencies: ['tcpip'] })).toEqual([])
})

test('sc.exe is told what the cmdlets cannot set', () => {
  expect(changes({ path: '"C:\\a b\\x.exe" -y' })).toEqual([
    '$null=m_sc \'config x binPath= "\\"C:\\a b\\x.exe\\" -y"\'',
  ])
  expect(changes({ account: 'NT SERVICE\\x' })).toEqual(['$null=m_sc \'config x obj= "NT SERVICE\\x"\''])
  expect(changes({ startMode: 'delayed' })).toEqual(["$null=m_sc 'config x start= delayed-auto'"])
  expect(changes({ startMode: 'auto' }, { startMode: 'delayed' })).toEqual([
    "$null=m_sc 'config x start= auto'",
  ])
  expect(changes({ startMode: 'disabled' })).toEqual(["Set-Service -Name 'x' -StartupType 'Disabled'"])
  expect(changes({ dependencies: [] }, { dependencies: ['a'] })).toEqual(["$null=m_sc 'config x depend= /'"])
  expect(changes({ sidType: 'unrestricted', failureFlag: true })).toEqual([
    "$null=m_sc 'failureflag x 1'",
    "$null=m_sc 'sidtype x unrestricted'",
  ])
})

test('failure actions are compared with the bytes that Windows keeps (facts/windows.md 4.3)', () => {
  const bytes = '805101000000000000000000030000001400000001000000C0D4010001000000E09304000000000000000000'
  const wish = {
    failureReset: 86_400,
    failureActions: [
      { type: 'restart', delay: 120_000 },
      { type: 'restart', delay: 300_000 },
      { type: 'none', delay: 0 },
    ],
  } as const
  expect(changes(wish, { failureActions: bytes })).toEqual([])
  expect(changes(wish)).toEqual([
    "$null=m_sc 'failure x reset= 86400 actions= restart/120000/restart/300000//0'",
  ])
  expect(changes({ failureActions: [] }, { failureActions: bytes })).toEqual([
    '$null=m_sc \'failure x reset= 86400 actions= ""\'',
  ])
})

test('an account with a password, and a service without a program, are refused', () => {
  expect(() => changes({ account: '.\\user' })).toThrow('needs a password')
  expect(() => createService(NOTHING)).toThrow('there is no service x')
})
