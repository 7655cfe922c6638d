import { expect, test } from 'vitest'
import { wrongPlatform } from '../../../src/modules/platform/wrong-platform.ts'
import { loadModule } from '../../../src/modules/registry.ts'

test.each([
  ['copy', 'windows', 'use win_copy, or say'],
  ['ping', 'windows', 'use win_ping, or say'],
  ['systemd', 'windows', 'use win_service, or say'],
  ['apt', 'windows', 'use win_package, or say'],
  ['unarchive', 'windows', 'use win_unzip, or say'],
  ['cron', 'windows', 'use the modules for Windows'],
  ['win_copy', 'posix', 'use copy, or say'],
  ['win_regedit', 'posix', 'say which hosts'],
] as const)('%s on %s: %s', async (name, platform, hint) => {
  const failure = wrongPlatform(await loadModule(name), platform)
  expect(failure?.hint?.startsWith(hint)).toBe(true)
})

test.each([
  ['copy', 'posix'],
  ['win_copy', 'windows'],
  ['copy', undefined],
  ['setup', 'windows'],
  ['debug', 'windows'],
] as const)('%s on %s is no mistake', async (name, platform) => {
  expect(wrongPlatform(await loadModule(name), platform)).toBeUndefined()
})
