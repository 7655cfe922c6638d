import type { Package } from '../../probes/package.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { type Action, type ActionResult, look } from '../module.ts'
import { type Companion, isSettled } from './deb-relations.ts'
import { aptRefusal } from './dpkg-result.ts'
import { isThere } from './dpkg-status.ts'
import type { ArtifactOptions } from './manager.ts'

/** Whether apt has to be asked about package files, since dpkg alone may not be able to install them. */
export async function* needsApt(
  files: readonly Companion[],
  installed: (name: string) => Package | undefined,
  options: ArtifactOptions,
): AsyncGenerator<Action, boolean, ActionResult> {
  if (options.installRecommends === true || !isSettled(files, installed)) return true
  // Other packages may stand in no relation to what is not there.
  const replaced = files
    .map(({ name }) => name)
    .filter((name) => isThere(installed(name) ?? { status: 'unknown' }))
  if (replaced.length === 0) return false
  return (yield* look(`look who needs ${replaced.join(', ')}`, { related: mentionedByOthers(replaced) }))
    .related
}

/** Whether other packages name one of these in a field that a new version may break. */
function mentionedByOthers(names: readonly string[]) {
  const words = names.map((name) => name.replace(/[.+]/g, '\\$&')).join('|')
  const pattern = `^(Pre-Depends|Depends|Conflicts|Breaks):(.*[ ,|])?(${words})([ ,:|(]|$)`
  return scriptProbe(
    sh`LC_ALL=C grep -Ec -- ${pattern} /var/lib/dpkg/status`,
    ({ stdout }) => stdout[0] !== 0x30,
  )
}

/**
 * Asks apt what package files on the host need, by a simulation; holds do not count, as they do not for dpkg. A host
 * without apt brings nothing.
 *
 * @param names of the packages in the files
 * @returns names of the packages that apt would bring, to be installed before
 * @throws TaskFailure with apt's reason when it would refuse
 */
export async function* askApt(
  paths: readonly string[],
  names: readonly string[],
  options: Pick<ArtifactOptions, 'installRecommends'>,
): AsyncGenerator<Action, readonly string[], ActionResult> {
  // What the files themselves recommend comes on request only; what they depend on brings what apt's settings say.
  const recommended = options.installRecommends === true ? '--install-recommends' : '--no-install-recommends'
  const { output } = yield* look(`ask apt about ${names.join(', ')}`, {
    output: scriptProbe(
      lines([
        sh`if command -v apt-get >/dev/null 2>&1; then
  LC_ALL=C apt-get -s -y -o Debug::NoLocking=1 --allow-downgrades --allow-change-held-packages ${recommended} install ${paths} 2>&1
fi`,
      ]),
      (output) => output,
    ),
  })
  if (output.rc !== 0) throw aptRefusal(output, `apt-get install ${names.join(' ')}`)
  const all = output.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => /^Inst ([a-z0-9][A-Za-z0-9+.:-]*) /.exec(line)?.[1])
  return all.filter((name) => name !== undefined && !names.includes(name)) as string[]
}
