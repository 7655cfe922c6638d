#!/usr/bin/env node
/**
 * `node scripts/setup.mjs SCRIPT [ARGUMENT...]` makes the machine ready, runs SCRIPT with the project's own Node, and
 * leaves nothing running. It is the first step of `npm test`, `npm run demo` and `npm run bench`, so it assumes only
 * npm, any Node from 16 on, and root or sudo; it is plain JavaScript without dependencies for that reason.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { ensureBuilt, ensureDependencies, ensureNode } from './setup/dependencies.mjs'
import { prepareHosts } from './setup/hosts.mjs'
import { ensureTools } from './setup/machine.mjs'
import { interrupt, report, root, SetupError } from './setup/steps.mjs'

/** The signal that asked for an end, once one did. @type {NodeJS.Signals | undefined} */
let interrupted
/** @type {import('node:child_process').ChildProcess | undefined} */
let script
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    interrupted = signal
    interrupt(signal)
    // The script is a process group of its own, so that it and its children hear of it exactly once.
    if (script?.pid && script.exitCode === null) process.kill(-script.pid, signal)
  })
}

/**
 * @param {string} node
 * @param {string[]} command
 * @param {Record<string, string>} environment
 * @returns {Promise<number>} exit status as a shell would give it
 */
function runScript(node, command, environment) {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  const child = spawn(node, command, {
    cwd: root,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, ...environment, PATH: path },
  })
  script = child
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15)))
  })
}

async function main() {
  await ensureDependencies()
  const node = await ensureNode()
  await ensureBuilt(node)
  await ensureTools()
  const { environment, release } = await prepareHosts()
  try {
    if (!interrupted && process.argv.length > 2) {
      process.exitCode = await runScript(node, process.argv.slice(2), environment)
    }
  } finally {
    await release()
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  report('failed', error.message)
  report('next', error.next)
  process.exitCode = 1
}
if (interrupted && !process.exitCode) process.exitCode = 130
