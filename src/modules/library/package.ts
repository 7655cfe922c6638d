import { mapText, revealText, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { ControllerFile } from '../controller-files.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import { refreshLists } from '../packages/apt-lists.ts'
import { parseName } from '../packages/apt-names.ts'
import { type AptProbes, type AptWish, convergeApt, observeApt } from '../packages/apt-run.ts'
import { type ByNameProbes, type ByNameWish, convergeByName, observeByName } from '../packages/by-name.ts'
import type { PackageInfo } from '../packages/deb-control.ts'
import { isPackageName, isVersion } from '../packages/deb-control.ts'
import { dpkg } from '../packages/dpkg.ts'
import type { ArtifactProbes } from '../packages/manager.ts'
import type { Text } from '../parameters.ts'

type Probes = AptProbes & Partial<ArtifactProbes> & Partial<ByNameProbes>

export default defineModule({
  name: 'package',
  runsOn: 'host',
  documentation: {
    summary: 'Installs and removes packages, by name or from a package file of the controller.',
    notes: [
      'deb is a file on the controller: name and version are read from it, and it is sent only to hosts that do not have that version installed in full.',
      'Dependencies that are missing come from the repositories of the host, or are named in the error.',
      'By name the host asks its own manager: apt, or dnf (yum) on the Red Hat family. rpm and msi files are refused for now.',
    ],
    examples: `
- name: the agent, from the file named in the vars
  package:
    deb: '{{ artifacts.ssm_agent.deb }}'
    sha256: '{{ artifacts.ssm_agent.sha256 }}'
    pin: minimum
- name: by name
  package: { name: [curl, unzip], state: present }
`,
    returns: {
      'name, version': 'of the package file',
      'stdout, stderr': 'of the package manager',
    },
  },
  spec: {
    parameters: {
      name: {
        type: 'list',
        doc: 'Packages; beside a package file, its name when the file cannot be read here.',
      },
      deb: { type: 'str', doc: 'Path of a .deb file on the controller.' },
      rpm: { type: 'str', doc: 'Path of an .rpm file on the controller (not supported yet).' },
      msi: { type: 'str', doc: 'Path of an .msi file on the controller (not supported yet).' },
      version: { type: 'str', doc: 'Version that the package file must have.' },
      sha256: { type: 'str', doc: 'SHA-256 that the package file must have.' },
      state: {
        type: 'str',
        choices: ['present', 'absent', 'latest'],
        default: 'present',
        doc: 'There, gone, or in the newest version.',
      },
      use: {
        type: 'str',
        choices: ['auto', 'apt', 'dnf', 'yum'],
        default: 'auto',
        doc: 'The package manager for names. auto: what the host has.',
      },
      update_cache: { type: 'bool', default: false, doc: 'Read the lists of packages first.' },
      cache_valid_time: { type: 'int', default: 0, doc: 'Seconds for which lists are new enough.' },
      allow_downgrade: { type: 'bool', default: false, doc: 'Go back to an older version.' },
      pin: {
        type: 'str',
        choices: ['exact', 'minimum', 'none'],
        default: 'exact',
        doc: 'What a package file asks of an installed version: to be the same (a newer one is an error, unless allow_downgrade), at least as new, or nothing.',
      },
      disable_gpg_check: {
        type: 'bool',
        default: false,
        doc: 'Do not check signatures; for hosts with dnf only.',
      },
      lock_timeout: { type: 'int', default: 60, doc: 'Seconds to wait for another package manager.' },
    },
    mutuallyExclusive: [['deb', 'rpm', 'msi']],
    requiredOneOf: [['name', 'deb', 'rpm', 'msi']],
    // They speak of a package file.
    requiredBy: { version: ['deb'], sha256: ['deb'], pin: ['deb'] },
  },

  async observe(params, context): Promise<Probes> {
    refuseOthers(params.rpm, params.msi)
    const artifact = await artifactOf(params, context)
    if (artifact !== null && params.state === 'latest')
      throw new TaskFailure('a package file has one version: state is present or absent with it')
    if (artifact === null) return observeByName(namesOf(params))
    if (params.disable_gpg_check || params.use === 'dnf' || params.use === 'yum')
      throw new TaskFailure('disable_gpg_check and use: dnf are for packages by name, not for a .deb')
    const wish = wishOf(params, artifact)
    if (params.state === 'present')
      return { ...observeApt({ ...wish, specs: [] }), ...dpkg.observe(artifact.info) }
    return observeApt(wish)
  },

  async *converge(params, { found, related, manager, dnf, ...apt }, context) {
    const artifact = await artifactOf(params, context)
    if (artifact === null)
      return yield* convergeByName(
        namesOf(params),
        { ...apt, manager: manager ?? 'none', dnf: dnf ?? [] },
        context,
      )
    const wish = wishOf(params, artifact)
    if (found === undefined) return yield* convergeApt(wish, apt, context)
    yield* refreshLists(wish, apt, context, false)
    return yield* dpkg.converge(
      artifact.info,
      artifact.file,
      { found, related: related ?? [] },
      wish,
      context,
    )
  },
})

interface Artifact {
  readonly info: PackageInfo
  readonly file: ControllerFile
}

interface ArtifactParams {
  readonly deb: Text | undefined
  readonly name: readonly Text[] | undefined
  readonly version: Text | undefined
  readonly sha256: Text | undefined
}

interface Params extends ArtifactParams {
  readonly state: AptWish['state']
  readonly update_cache: boolean
  readonly cache_valid_time: number
  readonly allow_downgrade: boolean
  readonly pin: AptWish['pin']
  readonly lock_timeout: number
  readonly use: 'auto' | 'apt' | 'dnf' | 'yum'
  readonly disable_gpg_check: boolean
}

/** The file is read once a run, so that it may be asked for again. */
async function artifactOf(params: ArtifactParams, context: ModuleContext): Promise<Artifact | null> {
  return params.deb === undefined ? null : describe(params.deb, params, context)
}

function namesOf(params: Params): ByNameWish {
  const { use } = params
  return {
    names: (params.name ?? []).map((name) => revealText(name)),
    use: use === 'yum' ? 'dnf' : use,
    apt: aptOptions(params),
    disableGpgCheck: params.disable_gpg_check,
  }
}

function wishOf(params: Params, artifact: Artifact): AptWish {
  return { ...aptOptions(params), specs: [parseName(artifact.info.name)] }
}

function aptOptions(params: Params): Omit<AptWish, 'specs'> {
  return {
    ...OPTIONS,
    pin: params.pin,
    state: params.state,
    updateCache: params.update_cache || params.cache_valid_time > 0,
    cacheValidTime: params.cache_valid_time,
    onlyUpgrade: false,
    purge: false,
    autoremove: false,
    allowDowngrade: params.allow_downgrade,
    lockTimeout: params.lock_timeout,
  }
}

/** Changed configuration files stay, and nobody is asked. */
const OPTIONS = { installRecommends: undefined, dpkgOptions: ['force-confdef', 'force-confold'] }

function refuseOthers(rpm: Text | undefined, msi: Text | undefined): void {
  const kind = rpm !== undefined ? 'rpm' : msi !== undefined ? 'msi' : null
  if (kind !== null)
    throw new TaskFailure(`muster installs no .${kind} files yet`, {
      hint: kind === 'rpm' ? 'copy the file and use command: rpm -U' : 'hosts with Windows are still to come',
    })
}

/** The file and what it holds, checked on the controller. @throws TaskFailure before anything is sent */
async function describe(path: Text, params: ArtifactParams, context: ModuleContext): Promise<Artifact> {
  const file = await context.files.find('files', path)
  const { sha256 } = params
  if (
    sha256 !== undefined &&
    !sameText(
      mapText(sha256, (text) => text.toLowerCase()),
      file.sha256,
    )
  )
    throw new TaskFailure(`${path} does not have the SHA-256 that the task names`, {
      result: { expected: sha256, found: file.sha256 },
      hint: 'fetch the file again, and check where the sum comes from',
    })
  const name = params.name?.[0]
  const { version } = params
  const [givenName, givenVersion] = [revealText(name), revealText(version)]
  const given =
    givenName !== undefined &&
    givenVersion !== undefined &&
    isPackageName(givenName) &&
    isVersion(givenVersion)
      ? { name: givenName, version: givenVersion, relations: null }
      : null
  const info = await dpkg.describe(file).catch((error: unknown) => {
    if (given === null) throw error
    return given
  })
  if (version !== undefined && !sameText(version, info.version))
    throw new TaskFailure(`${path} holds version ${info.version}, and the task wants ${version}`)
  if (name !== undefined && !sameText(name, info.name))
    throw new TaskFailure(`${path} holds the package ${info.name}, and the task names ${name}`)
  return { info, file }
}
