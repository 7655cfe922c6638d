import { ensureEngine } from './engine.mjs'
import { ensureImage } from './image.mjs'
import { ensureInotify } from './kernel.mjs'
import { newRun, removeLeftovers } from './runs.mjs'

/**
 * What a run with test hosts needs: an engine, the image, and a name for its containers.
 * @returns {Promise<{ environment: Record<string, string>, release: () => Promise<void> }>} the environment that
 *   test/hosts reads, and what to call at the end: it removes every container of the run and stops what was started
 * @throws SetupError
 */
export async function prepareHosts() {
  const engine = await ensureEngine()
  const run = newRun()
  const release = async () => {
    try {
      await engine.api.removeContainers(run.label)
    } finally {
      await engine.stop()
    }
  }
  try {
    await removeLeftovers(engine.api)
    await ensureInotify()
    const image = await ensureImage(engine.api)
    const environment = {
      DOCKER_HOST: engine.api.url,
      MUSTER_HOST_IMAGE: image,
      MUSTER_TEST_RUN: run.id,
    }
    return { environment, release }
  } catch (error) {
    await release()
    throw error
  }
}
