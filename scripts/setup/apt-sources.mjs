import { output } from './steps.mjs'

/**
 * What this machine's apt gets packages from, in whatever files and formats it is configured.
 * @returns {Promise<{ url: string, suite: string, component: string }[]>}
 */
export async function aptSources() {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)'
  const targets =
    (await output(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])) ?? ''
  return targets
    .split('\n')
    .map((line) => line.split(' '))
    .map(([url = '', suite = '', component = '']) => ({ url, suite, component }))
}

/**
 * The mirror of Debian's (or Ubuntu's) main archive that this machine uses.
 * @param {string} name last folder of the mirror's URL: `debian` or `ubuntu`
 * @returns {Promise<string | undefined>}
 */
export async function aptMirror(name) {
  return (await aptSources()).find(({ url }) => url.replace(/\/$/, '').endsWith(`/${name}`))?.url
}
