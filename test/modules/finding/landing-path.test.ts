import fc from 'fast-check'
import { expect, test } from 'vitest'
import { landingPath } from '../../../src/modules/finding/landing-path.ts'

test('whatever a host calls its path, it lands below the folder', () => {
  expect(landingPath('/srv/got/one', '/var/log/x')).toBe('/srv/got/one/var/log/x')
  expect(landingPath('/srv/got/one', '../../../../etc/cron.d/x')).toBe('/srv/got/one/etc/cron.d/x')
  const part = fc.constantFrom('..', '.', '', 'a', '\0', '/', '..\0')
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(`${landingPath('/srv/got', parts.join('/'))}/`.startsWith('/srv/got/')).toBe(true)
    }),
  )
})
