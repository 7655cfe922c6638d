import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { output, report, root, run, SetupError } from './steps.mjs'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.installed-from')

/** npm as the user started it, else the one on the PATH. @returns {string[]} */
function npm() {
  const path = process.env['npm_execpath']
  return path && basename(path).startsWith('npm-cli') ? [process.execPath, path] : ['npm']
}

/** Whether node_modules was made from this package-lock.json. @param {string} lock hash of the lock file */
function upToDate(lock) {
  if (!existsSync(modules)) return false
  // A linked node_modules belongs to another checkout, which keeps it up to date.
  if (lstatSync(modules).isSymbolicLink()) return true
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lock
  // Installed by hand: npm writes this file when it has finished.
  const installed = join(modules, '.package-lock.json')
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  )
}

/**
 * Brings node_modules in line with package-lock.json.
 *
 * Install scripts stay off: the only one that matters is that of `node`, which {@link ensureNode} does itself (npm may be
 * set to block it anyway); ssh2's would compile an addon that the project does not use.
 */
export async function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (upToDate(lock)) return report('dependencies', 'ready')
  await run('npm-ci.log', [...npm(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  writeFileSync(stamp, lock)
  report('dependencies', 'installed')
}

/**
 * Makes sure that node_modules/.bin/node is the Node that the project needs, whatever the machine's own is.
 * @returns {Promise<string>} its path
 */
export async function ensureNode() {
  const path = join(modules, '.bin', 'node')
  const version = async () => (existsSync(path) ? await output([path, '--version']) : undefined)
  const enough = (/** @type {string | undefined} */ found) => Number(/^v(\d+)\./.exec(found ?? '')?.[1]) >= 24
  let found = await version()
  if (!enough(found)) {
    // What the package's blocked preinstall script would have done: it installs node-<platform>-<arch> and links its program.
    const home = join(modules, 'node')
    await run('node-install.log', [process.execPath, 'installArchSpecificPackage'], { cwd: home })
    mkdirSync(join(modules, '.bin'), { recursive: true })
    rmSync(path, { force: true })
    symlinkSync('../node/bin/node', path)
    found = await version()
  }
  if (!enough(found)) {
    throw new SetupError(
      `the npm package \`node\` gave ${found ?? 'no program'} at ${path}, where 24 or newer is needed`,
      'Install Node 24 and run this again with it, or remove node_modules and try again.',
    )
  }
  report('node', String(found))
  return path
}

/**
 * Makes dist/ as `npm install` does: what is tested and measured is then what users run.
 * @param {string} node its path
 */
export async function ensureBuilt(node) {
  await run('build.log', [node, join(root, 'scripts', 'build.mjs')])
  report('program', 'built')
}
