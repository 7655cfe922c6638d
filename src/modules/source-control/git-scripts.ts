import { assignPath } from '../../probes/expand-path.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'
import { remotePatterns, type Target } from './git-remote.ts'

/** How git is called, and where. */
export interface GitWish {
  readonly repo: Text
  readonly dest: string | undefined
  readonly version: string
  readonly remote: string
  readonly refspec: Text | undefined
  readonly reference: string | undefined
  readonly depth: number | undefined
  readonly singleBranch: boolean
  readonly bare: boolean
  readonly recursive: boolean
  readonly force: boolean
  readonly executable: string | undefined
  readonly keyFile: string | undefined
  readonly sshOptions: string | Secret
  /** Octal digits. */
  readonly umask: string | undefined
}

/** The exit status of a script where the host has no git. */
export const NO_GIT = 127

/** Head of all scripts: `m_git` is git, which asks nobody, `$m_d` where the repository is. */
export function gitPrelude({ executable, keyFile, sshOptions, umask, dest }: GitWish): ShellText {
  return lines([
    sh`export LC_ALL=C LANG=C GIT_TERMINAL_PROMPT=0`,
    executable === undefined ? sh`m_e=git` : assignPath('m_e', executable),
    sh`command -v "$m_e" >/dev/null 2>&1 || exit ${NO_GIT}
m_git() { "$m_e" "$@"; }`,
    ...(keyFile === undefined ? [] : [assignPath('m_key', keyFile), sh`export m_key`]),
    // git has a shell read this; the task's options are text for a shell by their meaning.
    sh`m_ssh='ssh -o BatchMode=yes'`,
    ...(keyFile === undefined ? [] : [sh`m_ssh="$m_ssh"' -o IdentitiesOnly=yes -i "$m_key"'`]),
    sh`export GIT_SSH_COMMAND="$m_ssh "${sshOptions}`,
    ...(umask === undefined ? [] : [sh`umask ${umask}`]),
    dest === undefined ? sh`m_d=` : assignPath('m_d', dest),
  ])
}

/** Prints what is there, as fields; changes nothing, not even git's index. */
export function lookScript(wish: GitWish): ShellText {
  const { remote, bare } = wish
  return lines([
    gitPrelude(wish),
    sh`[ -n "$m_d" ] && [ -e "$m_d"/${bare ? 'config' : '.git'} ] || exit 0
cd -- "$m_d" || exit
printf 'before\0%s\0' "$(m_git rev-parse -q --verify HEAD)"
printf 'url\0%s\0' "$(m_git config --get ${`remote.${remote}.url`})"`,
    bare
      ? sh`:`
      : sh`printf 'modified\0'; m_git --no-optional-locks status --porcelain --untracked-files=no || exit; printf '\0'
[ ! -f .gitmodules ] || { printf 'submodules\0'; m_git submodule status --recursive | cut -c1; printf '\0'; }`,
  ])
}

/** Asks the repository itself. */
export function remoteScript(wish: GitWish): ShellText {
  return lines([
    gitPrelude(wish),
    sh`m_git ls-remote --symref -- ${wish.repo} ${remotePatterns(wish.version)}`,
  ])
}

/** Clones (git makes what is missing of the way), and checks out; the last line printed is the commit. */
export function cloneScript(wish: GitWish, target: Target): ShellText {
  const { repo, remote, depth, singleBranch, bare, reference } = wish
  const named = target.kind === 'commit' ? [] : ['--branch', target.name]
  const options = [
    ...(bare ? ['--bare'] : ['--no-checkout', '--origin', remote]),
    ...(depth === undefined ? [] : ['--depth', depth]),
    ...(singleBranch ? ['--single-branch'] : []),
    ...(depth !== undefined || singleBranch ? named : []),
    ...(reference === undefined ? [] : ['--reference', reference]),
  ]
  return lines([
    gitPrelude(wish),
    sh`m_git clone -q ${options} -- ${repo} "$m_d" >&2 && cd -- "$m_d" || exit`,
    moreRefs(wish, bare ? 'origin' : remote),
    checkout(wish, target),
  ])
}

/** Brings a repository that is there to the target; the last line printed is the commit. */
export function updateScript(wish: GitWish, target: Target, state: { readonly known: boolean }): ShellText {
  const { repo, remote, depth, bare } = wish
  const shallow = depth === undefined ? [] : ['--depth', depth]
  const refs = bare
    ? ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
    : depth === undefined || target.kind === 'commit'
      ? []
      : target.kind === 'branch'
        ? [`+refs/heads/${target.name}:refs/remotes/${remote}/${target.name}`]
        : [`+refs/tags/${target.name}:refs/tags/${target.name}`]
  const all = refs.length === 0 ? ['--tags'] : []
  return lines([
    gitPrelude(wish),
    sh`cd -- "$m_d" || exit`,
    wish.force && !bare ? sh`m_git reset -q --hard HEAD >&2 || exit` : sh`:`,
    state.known
      ? sh`m_git remote set-url ${remote} ${repo} || exit`
      : sh`m_git remote add ${remote} ${repo} || exit`,
    sh`m_git fetch -q --force ${all} ${shallow} ${remote} ${refs} >&2 || exit`,
    // A clone of one branch follows no other.
    target.kind === 'branch' && !bare
      ? sh`m_git rev-parse -q --verify ${`refs/remotes/${remote}/${target.name}`} >/dev/null || m_git fetch -q ${shallow} ${remote} ${`+refs/heads/${target.name}:refs/remotes/${remote}/${target.name}`} >&2 || exit`
      : sh`:`,
    moreRefs(wish, remote),
    checkout(wish, target),
  ])
}

/** Submodules alone, where the repository itself is right. */
export function submodulesScript(wish: GitWish): ShellText {
  return lines([gitPrelude(wish), sh`cd -- "$m_d" || exit`, submodules(wish), printCommit])
}

const printCommit = sh`m_git rev-parse HEAD`

function moreRefs({ refspec, depth }: GitWish, remote: string): ShellText {
  if (refspec === undefined) return sh`:`
  return sh`m_git fetch -q ${depth === undefined ? [] : ['--depth', depth]} ${remote} ${refspec} >&2 || exit`
}

function checkout(wish: GitWish, target: Target): ShellText {
  const { remote, bare } = wish
  if (bare) return printCommit
  const commit = target.commit
  const go =
    target.kind === 'branch'
      ? sh`m_git checkout -q --force -B ${target.name} ${`refs/remotes/${remote}/${target.name}`} -- >&2 || exit`
      : target.kind === 'tag'
        ? sh`m_git checkout -q --force --detach ${`refs/tags/${target.name}`} -- >&2 || exit`
        : // One that no branch leads to has to be asked for; not every server tells.
          sh`m_git cat-file -e ${`${commit}^{commit}`} 2>/dev/null || m_git fetch -q ${remote} ${commit} >&2 || exit
m_git checkout -q --force --detach ${commit} -- >&2 || exit`
  return lines([go, submodules(wish), printCommit])
}

function submodules({ recursive, force }: GitWish): ShellText {
  if (!recursive) return sh`:`
  return sh`[ ! -f .gitmodules ] || { m_git submodule -q sync --recursive && m_git submodule -q update --init --recursive ${force ? ['--force'] : []}; } >&2 || exit`
}
