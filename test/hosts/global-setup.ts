import { prepareHosts } from '../../scripts/setup/hosts.mjs'

/**
 * The container engine and the host image for tests that vitest was started for directly; under `npm test`,
 * scripts/setup.mjs has done it and cleans up.
 *
 * @returns what vitest calls after the last test, however the tests ended
 */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['MUSTER_TEST_RUN']) return undefined
  const { environment, release } = await prepareHosts()
  Object.assign(process.env, environment)
  return release
}
