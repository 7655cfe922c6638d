import type { Play } from '../../playbook/playbook.ts'
import type { TemplateHome } from '../../template/api.ts'
import type { Secret } from '../../values/secret.ts'
import type { RunState } from '../run-state.ts'
import { PlaybookFiles } from './controller-files.ts'
import { templateHome } from './template-home.ts'

/** Where the files and templates of plays are: one for each folder that plays are written in. */
interface PlayHome {
  readonly files: PlaybookFiles
  readonly home: TemplateHome
}

/** The folders of a run's plays, each with what is remembered of its files. */
export class PlayHomes {
  readonly #learn: (secret: Secret) => void
  readonly #known = new Map<string, PlayHome>()

  /** @param learn is told of what encrypted files hold */
  constructor(learn: (secret: Secret) => void) {
    this.#learn = learn
  }

  of(directory: string): PlayHome {
    let known = this.#known.get(directory)
    if (known === undefined) {
      known = { files: new PlaybookFiles(directory, this.#learn), home: templateHome(directory) }
      this.#known.set(directory, known)
    }
    return known
  }
}

/** The run as a play sees it: its own folder is where files and templates are looked for. All else is shared. */
export function forPlay(run: RunState, play: Play): RunState {
  return play.directory === run.home.directory ? run : { ...run, ...run.homes.of(play.directory) }
}
