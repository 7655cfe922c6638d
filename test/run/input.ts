import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { runFromWords } from '../../src/cli/run-command.ts'
import type { ConnectionSettings } from '../../src/connection/connection.ts'
import { connectLocally } from '../../src/connection/local.ts'
import type { AskVariable } from '../../src/run/preflight/answer-prompts.ts'
import type { RunEvent } from '../../src/run/record/events.ts'
import type { RunResult } from '../../src/run/run.ts'
import { InputError, type Problem } from '../../src/values/problem.ts'

interface Instead {
  readonly connecting?: (settings: ConnectionSettings) => void
  readonly askVariable?: AskVariable
}

/** A folder with an inventory, a playbook and what belongs to them, for runs inside the test's own process. */
export class Input {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async write(files: Readonly<Record<string, string>>): Promise<Input> {
    const folder = await mkdtemp(join(tmpdir(), 'muster-input-'))
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    return new Input(folder)
  }

  /**
   * Applies `play.yaml` to `hosts.yaml` over local connections. @throws InputError
   * @param connecting is told how a host would be reached, which then is a local connection all the same
   * @param askVariable answers what vars_prompt asks
   */
  async apply(
    words: RunWords = {},
    { connecting, askVariable }: Instead = {},
  ): Promise<{ result: RunResult; events: RunEvent[] }> {
    const connect = async (settings: ConnectionSettings) => {
      connecting?.(settings)
      return connectLocally(settings.name)
    }
    const instead = {
      ...(connecting === undefined ? {} : { connect }),
      ...(askVariable === undefined ? {} : { askVariable }),
    }
    const events: RunEvent[] = []
    const result = await runFromWords(
      'apply',
      join(this.folder, 'play.yaml'),
      // A run that makes a change has a journal among the user's own; a check has none.
      { inventory: [join(this.folder, 'hosts.yaml')], connection: 'local', check: true, ...words },
      (event) => events.push(event),
      ...(Object.keys(instead).length === 0 ? [] : [instead]),
    )
    return { result, events }
  }

  /** The mistakes for which it is refused, files relative to the folder; none when it runs. */
  async problems(words: RunWords = {}): Promise<string[]> {
    try {
      await this.apply(words)
      return []
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return error.problems.map((problem) => this.#told(problem))
    }
  }

  #told({ position, message, hint }: Problem): string {
    const place = position === undefined ? '' : [position.file, position.line, position.column].join(':')
    return `${place}: ${message} | ${hint ?? ''}`.replaceAll(`${this.folder}/`, '')
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
