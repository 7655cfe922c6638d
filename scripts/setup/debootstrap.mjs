import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { aptSources } from './apt-sources.mjs'
import { asRoot, installPackages, program } from './machine.mjs'
import { cache, output, run, SetupError } from './steps.mjs'

/** Codename of this machine's distribution, e.g. `bookworm`: its own mirror and keys surely have that one. */
function codename() {
  const found = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  if (found) return found
  throw new SetupError(
    '/etc/os-release names no VERSION_CODENAME',
    'Make a registry with ubuntu:24.04 reachable, or use Debian or Ubuntu.',
  )
}

/**
 * The mirror that this machine's apt uses for a suite, in whatever file and format it is configured.
 * @param {string} suite
 */
async function mirror(suite) {
  const own = (await aptSources()).filter((source) => source.suite === suite)
  if (own[0])
    return { url: own[0].url, components: [...new Set(own.map(({ component }) => component))].join(',') }
  throw new SetupError(
    `apt has no source for ${suite}`,
    'Check /etc/apt/sources.list and /etc/apt/sources.list.d.',
  )
}

/** apt's proxy, which debootstrap does not know of. @returns {Promise<string[]>} NAME=value words */
async function proxies() {
  const words = []
  for (const scheme of ['http', 'https']) {
    const line = await output(['apt-config', 'shell', 'PROXY', `Acquire::${scheme}::Proxy`])
    const proxy = /^PROXY='(.+)'$/.exec(line ?? '')?.[1]
    const own = process.env[`${scheme}_proxy`] ?? proxy
    if (own && own !== 'DIRECT') words.push(`${scheme}_proxy=${own}`)
  }
  return words
}

/**
 * Makes the root of a test host from the distribution's packages.
 * @param {string} recipe folder with packages.txt and prepare.sh
 * @returns {Promise<{ folder: string, suite: string, become: string[], remove: () => Promise<void> }>} `become`: needed to read the folder
 */
export async function debootstrap(recipe) {
  const become = await asRoot()
  if (!become) {
    throw new SetupError(
      'no image registry answers, and making the host image from packages needs root',
      'Let this machine reach a registry with ubuntu:24.04, or run this once as root or with sudo that asks for no password.',
    )
  }
  const found = program('debootstrap')
  if (!found) await installPackages(['debootstrap'], 'to make the host image')
  const suite = codename()
  const { url, components } = await mirror(suite)
  const packages = readFileSync(join(recipe, 'packages.txt'), 'utf8').trim().split('\n').join(',')
  const folder = join(cache, 'host-root')
  // One file system only: should /proc still be mounted in there, it is not emptied.
  const remove = () => run('host-root-remove.log', [...become, 'rm', '-rf', '--one-file-system', folder])
  await remove()
  try {
    const command = [program('debootstrap') ?? 'debootstrap', '--variant=minbase', `--include=${packages}`]
    await run('debootstrap.log', [
      ...become,
      'env',
      ...(await proxies()),
      ...command,
      ...(components ? [`--components=${components}`] : []),
      suite,
      folder,
      url,
    ])
    await run('host-root-copy.log', [
      ...become,
      'cp',
      join(recipe, 'prepare.sh'),
      join(folder, 'tmp', 'prepare.sh'),
    ])
    await run('host-root-prepare.log', [...become, 'chroot', folder, 'sh', '/tmp/prepare.sh'])
    await run('host-root-copy.log', [...become, 'rm', join(folder, 'tmp', 'prepare.sh')])
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, suite, become, remove }
}
