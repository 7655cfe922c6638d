import { vi } from 'vitest'
import type { AwsClients } from '../../src/aws/clients.ts'
import { createClients } from '../../src/aws/create-clients.ts'
import type { Clock } from '../../src/aws/polling/waiting.ts'
import type { Cloud } from '../../src/emulator/cloud.ts'

/** muster's own clients, led to the cloud by nothing but the environment. Undone by `vi.unstubAllEnvs`. */
export function clientsFor(cloud: Cloud, overrides: Readonly<Record<string, string>> = {}): AwsClients {
  for (const [name, value] of Object.entries({ ...cloud.environment(), ...overrides }))
    vi.stubEnv(name, value)
  return createClients('eu-central-1')
}

/** A clock that stands still but for sleeps, which take no time; `wake` is called with the time after each. */
export function fakeClock(
  wake: (now: number) => void = () => undefined,
): Clock & { readonly slept: number[] } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted()
      now += milliseconds
      slept.push(milliseconds)
      wake(now)
    },
  }
}
