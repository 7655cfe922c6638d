import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { output, report, run, SetupError } from './steps.mjs'

/**
 * Whether a program can be found: on the PATH, or in the folders for administrators, which a user's PATH often lacks.
 * @param {string} name
 * @returns {string | undefined} its path
 */
export function program(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/**
 * The words that put a command into root's hands: none for root, sudo where it asks for no password.
 * @returns {Promise<string[] | undefined>} undefined when neither is there
 */
export async function asRoot() {
  if (process.getuid?.() === 0) return []
  if (program('sudo') && (await output(['sudo', '-n', 'true'])) !== undefined) return ['sudo', '-n']
  return undefined
}

/** apt's indexes are fetched once a run, and only when something has to be installed. */
let indexed = false

/**
 * Installs packages of the distribution.
 * @param {string[]} names
 * @param {string} purpose completes "needed ..."
 * @throws SetupError with the command to run by hand where this user may not
 */
export async function installPackages(names, purpose) {
  const command = `apt-get install -y ${names.join(' ')}`
  const become = await asRoot()
  if (!program('apt-get')) {
    throw new SetupError(
      `${names.join(', ')} needed ${purpose}, and this is no Debian or Ubuntu`,
      'Install them and run this again.',
    )
  }
  if (!become) {
    throw new SetupError(
      `${names.join(', ')} needed ${purpose}; this user is not root and has no sudo without a password`,
      `Run as an administrator: sudo ${command}`,
    )
  }
  const apt = [...become, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120']
  if (!indexed) await run('apt-update.log', [...apt, 'update'])
  indexed = true
  await run('apt-install.log', [...apt, 'install', '-y', '--no-install-recommends', ...names])
  report('packages', `installed ${names.join(' ')} (${purpose})`)
}

/** Programs that tests and the bench call, and the packages that bring them. */
const tools = [
  ['ssh', 'openssh-client'],
  ['xz', 'xz-utils'],
  ['bash', 'bash'],
  ['busybox', 'busybox'],
  ['gpg', 'gnupg'],
  ['tinyproxy', 'tinyproxy-bin'],
]

/** Not where an init system would start it for good, on somebody's own machine: there its tests are skipped without it. */
const servers = [['sshd', 'openssh-server']]

/** Installs what the tests call and the machine lacks. */
export async function ensureTools() {
  const wanted = existsSync('/run/systemd/system') ? tools : [...tools, ...servers]
  const missing = wanted.filter(([name]) => !program(name ?? '')).map(([, source]) => source ?? '')
  if (missing.length > 0) await installPackages(missing, 'by the tests')
}
