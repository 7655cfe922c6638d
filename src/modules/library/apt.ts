import { type DebFile, debFile } from '../../probes/deb-file.ts'
import type { Probe } from '../../probes/probe.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { refreshLists } from '../packages/apt-lists.ts'
import { parseName } from '../packages/apt-names.ts'
import { type AptProbes, type AptWish, convergeApt, observeApt, requireNames } from '../packages/apt-run.ts'
import { convergeDebs } from '../packages/deb-on-host.ts'
import type { Text } from '../parameters.ts'

type Probes = AptProbes & { readonly debs: readonly Probe<DebFile>[] | undefined }

export default defineModule({
  name: 'apt',
  runsOn: 'host',
  documentation: {
    summary: 'Installs and removes packages of Debian and Ubuntu.',
    notes: [
      'deb names files on the host, as with Ansible; module package takes files of the controller.',
      'Nobody is asked: configuration files that were changed stay as they are, unless dpkg_options says otherwise.',
      'A package whose script failed is not installed: the next run configures it again.',
      'With a name update_cache is no change; with cache_valid_time a second run does not read the lists again.',
    ],
    examples: `
- name: tools
  apt: { name: [curl, unzip], update_cache: true, cache_valid_time: 3600 }
- name: not older than
  apt: { name: 'openssl>=3.0.11' }
- name: gone with its configuration
  apt: { name: telnetd, state: absent, purge: true }
`,
    returns: {
      'stdout, stderr': 'of apt-get or dpkg',
      'cache_updated, cache_update_time': "whether apt's lists were read, and when last",
    },
  },
  spec: {
    parameters: {
      name: {
        type: 'list',
        aliases: ['package', 'pkg'],
        doc: 'Packages: name, name=version (a pattern), name>=version.',
      },
      deb: { type: 'list', elements: 'path', doc: 'Package files on the host.' },
      state: {
        type: 'str',
        choices: ['present', 'absent', 'latest'],
        default: 'present',
        doc: 'There, gone, or in the newest version.',
      },
      update_cache: { type: 'bool', aliases: ['update-cache'], doc: 'Read the lists of packages first.' },
      cache_valid_time: {
        type: 'int',
        default: 0,
        doc: 'Seconds for which lists are new enough; implies update_cache.',
      },
      purge: { type: 'bool', default: false, doc: 'With absent: configuration files too.' },
      autoremove: { type: 'bool', default: false, doc: 'Remove packages that nothing needs any more.' },
      only_upgrade: { type: 'bool', default: false, doc: 'Install nothing that is not there.' },
      allow_downgrade: {
        type: 'bool',
        default: false,
        aliases: ['allow-downgrade', 'allow_downgrades', 'allow-downgrades'],
        doc: 'Go back to an older version.',
      },
      install_recommends: {
        type: 'bool',
        aliases: ['install-recommends'],
        doc: 'Install what a package recommends; with deb, what the file itself recommends comes on request only.',
      },
      dpkg_options: {
        type: 'str',
        default: 'force-confdef,force-confold',
        doc: 'Options of dpkg, with commas.',
      },
      lock_timeout: {
        type: 'int',
        default: 60,
        doc: 'Seconds to wait for another package manager; for dpkg too.',
      },
    },
    mutuallyExclusive: [['deb', 'name']],
  },

  observe(params): Probes {
    const wish = wishOf(params)
    if (params.deb === undefined) {
      requireNames(wish.specs, wish.updateCache)
      return { debs: undefined, ...observeApt(wish) }
    }
    if (params.state !== 'present') throw new TaskFailure('deb only supports state=present')
    return { debs: params.deb.map(debFile), ...observeApt(wish) }
  },

  async *converge(params, { debs, ...apt }, context) {
    const wish = wishOf(params)
    if (debs === undefined) return yield* convergeApt(wish, apt, context)
    const { cache } = yield* refreshLists(wish, apt, context, false)
    const outcome = yield* convergeDebs(debs, wish, context)
    return wish.updateCache ? { ...outcome, result: { ...outcome.result, ...cache } } : outcome
  },
})

interface Params {
  readonly name: readonly Text[] | undefined
  readonly state: AptWish['state']
  readonly update_cache: boolean | undefined
  readonly cache_valid_time: number
  readonly only_upgrade: boolean
  readonly purge: boolean
  readonly autoremove: boolean
  readonly allow_downgrade: boolean
  readonly install_recommends: boolean | undefined
  readonly dpkg_options: Text
  readonly lock_timeout: number
}

/** @throws TaskFailure for a name or an option that is none */
function wishOf(params: Params): AptWish {
  return {
    specs: (params.name ?? []).map((name) => parseName(revealText(name))),
    pin: 'exact',
    state: params.state,
    updateCache: params.update_cache ?? params.cache_valid_time > 0,
    cacheValidTime: params.cache_valid_time,
    onlyUpgrade: params.only_upgrade,
    purge: params.purge,
    autoremove: params.autoremove,
    allowDowngrade: params.allow_downgrade,
    installRecommends: params.install_recommends,
    dpkgOptions: dpkgOptions(revealText(params.dpkg_options)),
    lockTimeout: params.lock_timeout,
  }
}

function dpkgOptions(text: string): string[] {
  const options = text.split(',').map((option) => option.trim().replace(/^--/, ''))
  const wrong = options.find((option) => !/^[a-z][a-z0-9=,-]*$/.test(option))
  if (wrong !== undefined && text !== '')
    throw new TaskFailure(`'${wrong}' is no option of dpkg`, {
      hint: 'write them like force-confdef,force-confnew',
    })
  return text === '' ? [] : options
}
