import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { debootstrap } from './debootstrap.mjs'
import { cache, report, root } from './steps.mjs'

/** @typedef {import('./engine-api.mjs').EngineApi} EngineApi */

const recipe = join(root, 'test', 'hosts', 'image')
const base = 'ubuntu:24.04'

/** Name of the host image; its tag changes with its recipe. */
export function imageName() {
  const hash = createHash('sha256')
  for (const file of readdirSync(recipe).sort())
    hash.update(`${file}\0`).update(readFileSync(join(recipe, file)))
  return `muster-test-host:${hash.digest('hex').slice(0, 12)}`
}

/**
 * A folder as a tar stream.
 * @param {string} folder
 * @param {string[]} become
 */
function tar(folder, become) {
  const [command = 'tar', ...rest] = [...become, 'tar', '-C', folder, '-c', '.']
  return spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout
}

/** @param {EngineApi} api @param {string} name */
async function fromRegistry(api, name) {
  if (!(await api.hasImage(base))) await api.build('/images/create?fromImage=ubuntu&tag=24.04', { idle: 30 })
  await api.build(`/build?t=${encodeURIComponent(name)}&rm=true`, { body: tar(recipe, []), idle: 300 })
}

/** @param {EngineApi} api @param {string} name */
async function fromPackages(api, name) {
  mkdirSync(cache, { recursive: true })
  const made = await debootstrap(recipe)
  try {
    const [repository, tag] = name.split(':')
    await api.build(`/images/create?fromSrc=-&repo=${repository}&tag=${tag}`, {
      body: tar(made.folder, made.become),
      idle: 300,
    })
    return made.suite
  } finally {
    await made.remove()
  }
}

/**
 * The image of the test hosts, built once per recipe: from ubuntu:24.04 where a registry answers, else from the
 * distribution's own packages.
 * @param {EngineApi} api
 * @returns {Promise<string>} its name
 */
export async function ensureImage(api) {
  const name = imageName()
  if (await api.hasImage(name)) {
    report('host image', `${name} is there`)
    return name
  }
  try {
    await fromRegistry(api, name)
    report('host image', `${name} built from ${base}`)
  } catch (error) {
    report(
      'host image',
      `not from ${base} (${/** @type {Error} */ (error).message.slice(0, 120)}): making it by debootstrap, about a minute`,
    )
    report('host image', `${name} built from ${await fromPackages(api, name)} packages`)
  }
  return name
}
