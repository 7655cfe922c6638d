import { field, readFields } from '../../probes/fields.ts'
import { hostFailure, reasonOf } from '../../values/host-failure.ts'
import type { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { GitWish } from './git-scripts.ts'

/** What is known of a checkout. */
export interface GitState {
  readonly before: string | null
  readonly url: string | null
  readonly modified: boolean
  /** Submodules are missing, or at other commits. */
  readonly submodules: boolean
}

/** Reads what `lookScript` printed; null where there is no checkout. @throws TaskFailure for one that git refuses to look at */
export function readGitState(local: Output, wish: GitWish): GitState | null {
  const what = `look at ${wish.dest ?? 'the repository'}`
  if (local.rc !== 0) throw gitFailure(what, local)
  const fields = readFields(local, what)
  const before = field(fields, 'before')?.toString('utf8')
  if (before === undefined) return null
  const url = field(fields, 'url')?.toString('utf8') ?? ''
  const submodules = field(fields, 'submodules')?.toString('latin1') ?? ''
  return {
    before: before === '' ? null : before,
    url: url === '' ? null : url,
    modified: (field(fields, 'modified')?.length ?? 0) > 0,
    submodules: wish.recursive && /[-+U]/.test(submodules),
  }
}

/** The failure of git, with what to do about it where that is known. */
export function gitFailure(what: string, output: Output): TaskFailure {
  const said = reasonOf(output)
  const hint = /Host key verification failed/.test(said)
    ? 'have the key of that host known (module known_hosts), or set accept_newhostkey: true'
    : /dubious ownership/.test(said)
      ? 'the checkout belongs to another user: become that user'
      : /could not read Username|Authentication failed|Permission denied/.test(said)
        ? 'muster answers no questions of git: give key_file, or an address with a credential helper'
        : undefined
  return hostFailure(what, output, hint === undefined ? {} : { hint })
}
