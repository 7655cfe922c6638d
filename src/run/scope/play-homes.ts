import type { Play, Task } from '../../playbook/playbook.ts'
import type { TemplateHome } from '../../template/api.ts'
import type { Secret } from '../../values/secret.ts'
import type { RunState } from '../run-state.ts'
import { PlaybookFiles } from './controller-files.ts'
import { homeAhead, templateHome } from './template-home.ts'

/** Where the files and templates of plays are: one for each folder that plays are written in. */
interface PlayHome {
  readonly files: PlaybookFiles
  readonly home: TemplateHome
}

/** The folders of a run's plays and roles, each with what is remembered of its files. */
export class PlayHomes {
  readonly #files: PlaybookFiles
  readonly #known = new Map<string, PlayHome>()
  readonly #runs = new WeakMap<RunState, Map<string, RunState>>()

  readonly #hosts: NonNullable<TemplateHome['hosts']>

  /**
   * @param learn is told of what encrypted files hold
   * @param hosts the hosts of a pattern
   */
  constructor(learn: (secret: Secret) => void, hosts: NonNullable<TemplateHome['hosts']>) {
    this.#files = new PlaybookFiles([], learn)
    this.#hosts = hosts
  }

  /** @param search where files and templates are looked for, the nearest first; the directory alone unless given */
  of(directory: string, search: readonly string[] = [directory]): PlayHome {
    const key = JSON.stringify([directory, search])
    let known = this.#known.get(key)
    if (known === undefined) {
      known = {
        files: this.#files.from(search),
        home: { ...templateHome(directory, search), hosts: this.#hosts },
      }
      this.#known.set(key, known)
    }
    return known
  }

  /** The run as seen from there, the same object each time. */
  seenFrom(run: RunState, directory: string, search: readonly string[]): RunState {
    const key = JSON.stringify([directory, search])
    let runs = this.#runs.get(run)
    if (runs === undefined) {
      runs = new Map()
      this.#runs.set(run, runs)
    }
    let seen = runs.get(key)
    if (seen === undefined) {
      const { files, home } = this.of(directory, search)
      seen = { ...run, files, home: run.isAhead === true ? homeAhead(home) : home }
      runs.set(key, seen)
    }
    return seen
  }
}

/** The run as a play sees it: its own folder is where files and templates are looked for. All else is shared. */
export function forPlay(run: RunState, play: Play): RunState {
  const { directory } = play
  return directory === run.home.directory ? run : run.homes.seenFrom(run, directory, [directory])
}

/** The run as a task of the play sees it: files and templates are looked for in its role and beside its file first. */
export function forTask(run: RunState, { search }: Task): RunState {
  const { directory } = run.home
  return search.length === 1 && search[0] === directory ? run : run.homes.seenFrom(run, directory, search)
}

/** The run for looking at tasks ahead of their turn. */
export function aheadOf(run: RunState): RunState {
  return { ...run, home: homeAhead(run.home), isAhead: true }
}
