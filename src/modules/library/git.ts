import { scriptProbe } from '../../probes/script.ts'
import type { ShellText } from '../../shell/sh.ts'
import { revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { type Action, type ActionResult, defineModule, look, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import { isAt, isWholeCommit, readTarget, sameRepository, type Target } from '../source-control/git-remote.ts'
import {
  cloneScript,
  type GitWish,
  lookScript,
  NO_GIT,
  remoteScript,
  submodulesScript,
  updateScript,
} from '../source-control/git-scripts.ts'
import { gitFailure, readGitState } from '../source-control/git-state.ts'

const spec = {
  parameters: {
    repo: {
      type: 'str',
      required: true,
      aliases: ['name'],
      doc: 'Address of the repository, or a path on the host.',
    },
    dest: { type: 'path', doc: 'Where it shall be checked out; needed but with clone: false.' },
    version: { type: 'str', default: 'HEAD', doc: 'A branch, a tag, or a commit.' },
    remote: { type: 'str', default: 'origin', doc: 'Name of the remote.' },
    refspec: { type: 'str', doc: 'What is fetched, too.' },
    force: { type: 'bool', default: false, doc: 'Throw changes away that were made to the checkout.' },
    depth: { type: 'int', doc: 'Fetch so many commits of the history.' },
    clone: { type: 'bool', default: true, doc: 'false: clone nothing, only tell of the repository.' },
    update: { type: 'bool', default: true, doc: 'false: a checkout that is there is right.' },
    accept_hostkey: {
      type: 'bool',
      default: false,
      doc: 'Accept any key of the host: anybody can be in between.',
    },
    accept_newhostkey: {
      type: 'bool',
      default: false,
      doc: 'Accept the key of a host that is not known yet.',
    },
    key_file: { type: 'path', doc: 'Private key, on the host.' },
    ssh_opts: { type: 'str', doc: 'Options of ssh, as a shell reads them.' },
    executable: { type: 'path', doc: 'The program git.' },
    bare: { type: 'bool', default: false, doc: 'Without a checkout.' },
    recursive: {
      type: 'bool',
      default: true,
      doc: 'With submodules, at the commits that the repository names.',
    },
    reference: { type: 'str', doc: 'A repository on the host from which objects are taken.' },
    single_branch: { type: 'bool', default: false, doc: 'Fetch the history of the version alone.' },
    umask: { type: 'raw', doc: 'umask as text of octal digits.' },
  },
  mutuallyExclusive: [['accept_hostkey', 'accept_newhostkey']],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'git',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a checkout of a git repository.',
    notes: [
      'The repository is asked what the version is; where the checkout is at that commit, nothing is fetched. A version that is a whole commit needs no asking.',
      'A checkout with changes fails, in check mode too, unless force; files that git does not know stay.',
      'verify_commit, gpg_allowlist, archive, separate_git_dir and track_submodules are refused.',
    ],
    examples: `
- name: the tools of our team, at a release
  git:
    repo: https://git.example.com/team/tools.git
    dest: /opt/tools
    version: v1.4.0
    depth: 1
`,
    returns: {
      'before, after': 'the commits; before is null where there was no checkout',
      remote_url_changed: 'whether the checkout came from another address',
    },
  },
  spec,

  observe: (params) => {
    const wish = wishOf(params)
    return { local: scriptProbe(lookScript(wish), (output) => output) }
  },

  async *converge(params, { local }, context) {
    const wish = wishOf(params)
    if (wish.dest === undefined && params.clone)
      throw new TaskFailure('the destination directory must be specified unless clone=no')
    // In check mode an earlier task may bring git.
    if (local.rc === NO_GIT && context.check) return { changed: true, result: { before: null } }
    if (local.rc === NO_GIT)
      throw new TaskFailure('Failed to find required executable "git"', { hint: 'install it (package git)' })
    const state = readGitState(local, wish)
    const before = state?.before ?? null
    if (state?.modified === true && !wish.force)
      throw new TaskFailure(`Local modifications exist in the destination: ${wish.dest} (force=no).`, {
        result: { before },
        hint: 'force: true throws them away',
      })
    if (state !== null && !params.update) return { result: { before, after: before } }
    const target: Target = isWholeCommit(wish.version)
      ? { kind: 'commit', commit: wish.version }
      : yield* ask(wish)
    if (state === null) {
      if (!params.clone || wish.dest === undefined)
        return { changed: true, result: { before: null, after: target.commit } }
      return {
        result: {
          before,
          after: yield* put(
            `clone into ${wish.dest}`,
            wish,
            cloneScript(wish, target),
            null,
            target,
            context,
          ),
        },
      }
    }
    const moved = state.url === null || !sameRepository(state.url, revealText(wish.repo))
    const result = { before, remote_url_changed: moved }
    if (isAt(state.before ?? '', target) && !state.modified && !moved) {
      if (!state.submodules) return { result: { ...result, after: before } }
      const after = yield* put(
        `update submodules of ${wish.dest}`,
        wish,
        submodulesScript(wish),
        before,
        target,
        context,
      )
      return { result: { ...result, after, submodules_changed: true } }
    }
    const script = updateScript(wish, target, { known: state.url !== null })
    const after = yield* put(`update ${wish.dest}`, wish, script, before, target, context)
    return { changed: moved || state.modified || after !== before, result: { ...result, after } }
  },
})

/** @throws TaskFailure for values that git could not take */
function wishOf(params: Parameters): GitWish {
  const hostKeys = params.accept_hostkey ? 'no' : params.accept_newhostkey ? 'accept-new' : undefined
  const given = params.ssh_opts
  const options = [
    ...(given === undefined ? [] : [revealText(given)]),
    ...(hostKeys === undefined || /StrictHostKeyChecking/.test(revealText(given) ?? '')
      ? []
      : [`-o StrictHostKeyChecking=${hostKeys}`]),
  ].join(' ')
  const { umask } = params
  if (umask !== undefined && umask !== null && (typeof umask !== 'string' || !/^0?o?[0-7]{1,4}$/.test(umask)))
    throw new TaskFailure('umask must be defined as a quoted octal integer')
  if (params.depth !== undefined && params.depth < 1) throw new TaskFailure('depth is at least 1')
  const version = revealText(params.version)
  const remote = revealText(params.remote)
  for (const [key, value] of Object.entries({ version, remote }))
    if (value.startsWith('-') || /[\s\0]/.test(value) || value === '')
      throw new TaskFailure(`${key} '${value}' cannot be a name of git`)
  return {
    ...{ repo: addressOf(params.repo), dest: params.dest, version, remote, refspec: params.refspec },
    ...{ reference: revealText(params.reference), depth: params.depth, singleBranch: params.single_branch },
    ...{ bare: params.bare, recursive: params.recursive, force: params.force },
    ...{ executable: params.executable, keyFile: params.key_file, umask: umask?.toString().replace('o', '') },
    sshOptions: given instanceof Secret ? new Secret(options, { from: [given], joined: true }) : options,
  }
}

/** A path is an address: only so depth counts. */
function addressOf(repo: Text): Text {
  return repo instanceof Secret || !repo.startsWith('/') ? repo : `file://${repo}`
}

async function* ask(wish: GitWish): AsyncGenerator<Action, Target, ActionResult> {
  const { refs } = yield* look('ask the repository', {
    refs: scriptProbe(remoteScript(wish), (output) => output),
  })
  if (refs.rc !== 0) throw gitFailure('Failed to download remote objects and refs', refs)
  if (refs.truncated) throw new TaskFailure('the repository tells of too much')
  return readTarget(refs.stdout.toString('utf8'), wish.version)
}

/** Runs a script that ends with the commit. */
async function* put(
  says: string,
  wish: GitWish,
  script: ShellText,
  before: string | null,
  target: Target,
  context: ModuleContext,
): AsyncGenerator<Action, string, ActionResult> {
  const predicted: Record<string, Value> = { before, after: target.commit }
  const output = yield {
    kind: 'run',
    says,
    predicted,
    touches: ['files', 'units'],
    diff: context.diff
      ? [
          {
            header: wish.dest ?? '',
            before: before === null ? '' : `${before}\n`,
            after: `${target.commit}\n`,
          },
        ]
      : [],
    script,
  }
  if (output.rc !== 0) throw gitFailure(`cannot ${says}`, output)
  return output.stdout.toString('utf8').trim().split('\n').at(-1) ?? ''
}
