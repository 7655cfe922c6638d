import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** @typedef {import('./engine-api.mjs').EngineApi} EngineApi */

const label = 'muster.test-run'

/**
 * A run's containers carry its name, by which they are removed at its end; the name says which process owns them, so
 * that a later run can remove those of one that was killed.
 */
export function newRun() {
  const id = `${hostname()}.${process.pid}`
  return { id, label: `${label}=${id}` }
}

/** Labels for a container of a run. @param {string} id */
export function runLabels(id) {
  return { [label]: id }
}

/**
 * Removes containers of runs whose process is gone.
 * @param {EngineApi} api
 */
export async function removeLeftovers(api) {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  const all = JSON.parse((await api.call('GET', `/containers/json?all=true&filters=${filters}`)).text)
  const runs = new Set(all.map((/** @type {{ Labels: Record<string, string> }} */ one) => one.Labels[label]))
  for (const run of runs) {
    const pid = String(run).startsWith(`${hostname()}.`)
      ? String(run).slice(hostname().length + 1)
      : undefined
    if (pid && !isAlive(pid)) await api.removeContainers(`${label}=${run}`)
  }
}

/** One that ended and whose parent never asks for its status keeps its number, in containers without an init for ever. @param {string} pid */
function isAlive(pid) {
  try {
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
