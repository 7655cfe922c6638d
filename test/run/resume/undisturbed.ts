import { cpSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type ResumeWords, resumeRun } from '../../../src/cli/rollout/resume.ts'
import { runFromWords } from '../../../src/cli/run-command.ts'
import { type Connection, ConnectionError } from '../../../src/connection/connection.ts'
import { connectLocally } from '../../../src/connection/local.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import type { RunInput, RunResult } from '../../../src/run/run.ts'

export const HOSTS = ['h1', 'h2', 'h3']

/** When a run is killed: at the nth request, before it is sent or when it has done what it does. */
export interface Kill {
  readonly at: number
  readonly when: 'before' | 'after'
}

/** How a run of a playbook went, and what it left on its hosts (folders of this machine). */
export interface Went {
  readonly result: RunResult
  readonly events: readonly RunEvent[]
}

/**
 * Hosts that are folders, a playbook, and a state folder; runs that are killed as `kill -9` would: what is on the disk at that
 * moment is all that is left, and nothing is sent afterwards.
 */
export class Stage {
  readonly home: string
  readonly #forks: number
  #state: string
  #kills = 0

  private constructor(home: string, forks: number) {
    this.home = home
    this.#forks = forks
    this.#state = join(home, 'state')
  }

  static async set(folder: string, playbook: unknown, forks: number): Promise<Stage> {
    const home = await mkdtemp(join(folder, 'stage-'))
    for (const one of HOSTS) await mkdir(join(home, one))
    const inventory = { all: { hosts: Object.fromEntries(HOSTS.map((one) => [one, {}])) } }
    await writeFile(join(home, 'inventory.yaml'), JSON.stringify(inventory))
    await writeFile(join(home, 'play.yaml'), JSON.stringify(playbook))
    return new Stage(home, forks)
  }

  get #here(): string {
    return `here=${this.home}/{{ inventory_hostname }}`
  }

  apply(
    instead: Pick<RunInput, 'connect'> = {},
    words: { readonly extraVars?: string[] } = {},
  ): Promise<Went> {
    return this.#run((listen) =>
      runFromWords(
        'apply',
        join(this.home, 'play.yaml'),
        {
          inventory: [join(this.home, 'inventory.yaml')],
          connection: 'local',
          forks: this.#forks,
          extraVars: [this.#here, ...(words.extraVars ?? [])],
        },
        listen,
        instead,
      ),
    )
  }

  resume(words: ResumeWords = {}, instead: Pick<RunInput, 'connect'> = {}): Promise<Went> {
    return this.#run((listen) => resumeRun(undefined, words, listen, instead))
  }

  async #run(work: (listen: (event: RunEvent) => void) => Promise<RunResult>): Promise<Went> {
    vi.stubEnv('XDG_STATE_HOME', this.#state)
    const events: RunEvent[] = []
    const result = await work((event) => events.push(event))
    return { result, events }
  }

  /**
   * Runs and kills.
   * @returns undefined when it ended before; else whether each host that had a request under way got it done
   */
  async killed(
    { at, when }: Kill,
    run: (instead: Pick<RunInput, 'connect'>) => Promise<Went>,
  ): Promise<ReadonlyMap<string, boolean> | undefined> {
    const dead = Promise.withResolvers<void>()
    const underWay = new Map<string, Promise<unknown>>()
    const fate = new Map<string, boolean>()
    const connections: Connection[] = []
    let count = 0
    let isDead = false
    const die = () => {
      if (isDead) return
      isDead = true
      this.#kills += 1
      const after = join(this.home, `state-${this.#kills}`)
      cpSync(this.#state, after, { recursive: true })
      this.#state = after
      dead.resolve()
    }
    // Whoever is told of its death belongs to the dead: it writes into a folder that nobody reads.
    const over = new ConnectionError('cancelled', 'killed')
    const connect: RunInput['connect'] = async (settings) => {
      if (isDead) throw over
      const real = connectLocally(settings.name)
      connections.push(real)
      const request: Connection['request'] = async (...request) => {
        if (isDead) throw over
        count += 1
        if (count >= at && when === 'before') {
          fate.set(settings.name, false)
          die()
          throw over
        }
        const own = count
        const answer = real.request(...request)
        underWay.set(settings.name, answer)
        const outputs = await answer
        underWay.delete(settings.name)
        if (own >= at) {
          fate.set(settings.name, true)
          die()
        }
        if (isDead) throw over
        return outputs
      }
      return {
        platform: real.platform,
        counters: real.counters,
        request,
        close: () => real.close(),
        push: async (...push) => {
          if (isDead) throw over
          return real.push(...push)
        },
      }
    }
    const ended = run({ connect })
    await Promise.race([ended, dead.promise])
    if (!isDead) return undefined
    for (const [host, answer] of underWay) {
      await answer.catch(() => {})
      fate.set(host, true)
    }
    await ended
    await Promise.all(connections.map((connection) => connection.close()))
    await this.#bury()
    return fate
  }

  /** The process that "died" is this one, which lives. */
  async #bury(): Promise<void> {
    const runs = join(this.#state, 'muster/runs')
    const locks = join(this.#state, 'muster/locks')
    const files = [
      ...(await readdir(runs)).map((run) => join(runs, run, 'journal.jsonl')),
      ...(await readdir(locks)).filter((name) => name.endsWith('.lock')).map((name) => join(locks, name)),
    ]
    for (const file of files) {
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replace(/"pid":\d+/, '"pid":999999999'))
    }
  }

  /** All files that stand on the hosts, by host and name. */
  async files(): Promise<Record<string, string>> {
    const files: Record<string, string> = {}
    for (const one of HOSTS)
      for (const each of await readdir(join(this.home, one), { withFileTypes: true }))
        files[`${one}/${each.name}`] = each.isFile()
          ? (await readFile(join(this.home, one, each.name), 'utf8')).replaceAll(this.home, 'HOME')
          : 'a directory'
    return files
  }

  /** All that is on record of the runs. */
  async record(): Promise<string> {
    const runs = join(this.#state, 'muster/runs')
    const texts: string[] = []
    for (const run of await readdir(runs))
      for (const file of await readdir(join(runs, run)))
        texts.push(await readFile(join(runs, run, file), 'utf8'))
    return texts.join('')
  }

  get state(): string {
    return this.#state
  }
}
