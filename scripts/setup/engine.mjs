import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineApi } from './engine-api.mjs'
import { asRoot, installPackages, program } from './machine.mjs'
import { cache, output, report, run, SetupError } from './steps.mjs'

/**
 * @typedef {object} Engine
 * @property {EngineApi} api
 * @property {() => Promise<void>} stop ends it if set-up started it
 */

/** Docker's own socket. */
const SOCKET = 'unix:///var/run/docker.sock'

/** Where engines listen: Docker, rootless Docker, Podman for the user and for the machine. */
function candidates() {
  const user = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`
  const sockets = [
    SOCKET.slice('unix://'.length),
    join(user, 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    join(user, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ]
  const chosen = process.env['DOCKER_HOST']
  return chosen ? [chosen] : sockets.filter((path) => existsSync(path)).map((path) => `unix://${path}`)
}

/**
 * The engine that answers, and those that are there but refuse this user.
 * @returns {Promise<{ found?: EngineApi, refused: string[] }>}
 */
async function findEngine() {
  const refused = []
  for (const url of candidates()) {
    const api = new EngineApi(url)
    try {
      await api.version()
      return { found: api, refused }
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EACCES') refused.push(url)
      else if (process.env['DOCKER_HOST']) {
        throw new SetupError(
          `DOCKER_HOST is ${url}, and no container engine answers there: ${/** @type {Error} */ (error).message}`,
          "Start that engine, or unset DOCKER_HOST to use this machine's own.",
        )
      }
    }
  }
  return { refused }
}

/** @param {string} what */
async function waitForEngine(what) {
  const deadline = Date.now() + 60_000
  for (;;) {
    const { found } = await findEngine()
    if (found) return found
    if (Date.now() > deadline)
      throw new SetupError(
        `${what} was started and does not answer`,
        `Its log: ${join(cache, 'dockerd.log')}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/**
 * Lets this user, who may become root anyway, talk to an engine for as long as the run takes: the socket gets a new
 * owner and keeps its group.
 * @param {string} url
 * @param {string[]} become
 * @returns {Promise<Engine>}
 */
async function borrow(url, become) {
  const socket = url.replace(/^unix:\/\//, '')
  const give = (/** @type {string} */ owner) => run('docker-socket.log', [...become, 'chown', owner, socket])
  await give(String(process.getuid?.()))
  return { api: await waitForEngine('the engine'), stop: () => give('root') }
}

/** @param {string[]} become @returns {Promise<Engine>} */
async function startService(become) {
  await run('docker-start.log', [...become, 'systemctl', 'start', 'docker.service'])
  const stop = () =>
    run('docker-stop.log', [...become, 'systemctl', 'stop', 'docker.socket', 'docker.service'])
  try {
    const { api } =
      become.length > 0 ? await borrow(SOCKET, become) : { api: await waitForEngine('docker.service') }
    return { api, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @param {string[]} become @returns {Promise<Engine>} */
async function startDaemon(become) {
  mkdirSync(cache, { recursive: true })
  const log = openSync(join(cache, 'dockerd.log'), 'a')
  const group = (await output(['id', '-gn'])) ?? 'root'
  const dockerd = program('dockerd') ?? 'dockerd'
  // In a session of its own, so that Ctrl-C reaches it only after the containers are gone; its cgroup namespace
  // is the machine's, without which systemd in a container finds no cgroup v1 hierarchy of its own.
  const child = spawn(
    become[0] ?? dockerd,
    [
      ...(become.length > 0 ? [...become.slice(1), dockerd] : []),
      '--default-cgroupns-mode=host',
      `--group=${group}`,
    ],
    { detached: true, stdio: ['ignore', log, log] },
  )
  const ended = new Promise((resolve) => child.on('exit', resolve))
  // Should stopping it fail, this must not wait for it for ever.
  child.unref()
  const stop = async () => {
    const pid = existsSync('/var/run/docker.pid')
      ? readFileSync('/var/run/docker.pid', 'utf8').trim()
      : undefined
    // Through the shell: a bare machine need not have kill as a program.
    if (pid) await run('docker-stop.log', [...become, 'sh', '-c', 'kill "$1"', 'sh', pid])
    child.ref()
    await ended
  }
  const died = ended.then(() => {
    const path = join(cache, 'dockerd.log')
    const last = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)
    throw new SetupError(`dockerd ended as soon as it was started: ${last}`, `Its log: ${path}`)
  })
  try {
    const api = await Promise.race([waitForEngine('dockerd'), died])
    died.catch(() => {})
    return { api, stop }
  } catch (error) {
    died.catch(() => {})
    if (child.exitCode === null) await stop()
    throw error
  }
}

/**
 * A container engine that answers: a running one, else the distribution's, installed and started.
 * @returns {Promise<Engine>}
 * @throws SetupError with what to do where this user may not install one
 */
export async function ensureEngine() {
  const { found, refused } = await findEngine()
  if (found) {
    report('engine', `${await found.version()} at ${found.url}`)
    return { api: found, stop: async () => {} }
  }
  const become = await asRoot()
  if (refused[0]) {
    if (!become) {
      throw new SetupError(
        `a container engine listens at ${refused[0]}, but not to this user`,
        'Run as an administrator: sudo usermod -aG docker "$USER", then log in again.',
      )
    }
    const engine = await borrow(refused[0], become)
    report('engine', `${await engine.api.version()} at ${refused[0]}, opened to this user for this run`)
    return engine
  }
  if (!become) {
    throw new SetupError(
      'no container engine runs here, and this user is not root and has no sudo without a password',
      'Run as an administrator: sudo apt-get install -y docker.io iptables && sudo usermod -aG docker "$USER", then log in again.',
    )
  }
  if (!program('dockerd') || !program('iptables'))
    await installPackages(['docker.io', 'iptables'], 'to run the hosts')
  const systemd = existsSync('/run/systemd/system')
  const engine = systemd ? await startService(become) : await startDaemon(become)
  report('engine', `${await engine.api.version()}, started for this run`)
  return engine
}
