import { expect, test } from 'vitest'
import { environmentChanges } from '../../../src/modules/windows/service-environment.ts'
import type { WindowsService } from '../../../src/probes/windows/service.ts'

const environment = ['HTTP_PROXY=http://a:1', 'THEIRS=1', 'NO_PROXY=x']
const changes = (present: Record<string, string>, absent: string[] = []) =>
  environmentChanges({ present, absent }, { environment } as unknown as WindowsService)

test('names have no case, values do; what is not named stays', () => {
  expect(changes({ HTTP_PROXY: 'http://a:1' })).toEqual([])
  expect(changes({ HTTP_PROXY: 'http://A:1', NEW: '' })).toEqual(['HTTP_PROXY', 'NEW'])
  // Spelled anew, since programs look for the one that they know.
  expect(changes({ http_proxy: 'http://a:1' })).toEqual(['http_proxy'])
})

test('what shall not be there is a change only where it is', () => {
  expect(changes({}, ['no_proxy', 'https_proxy'])).toEqual(['no_proxy'])
})
