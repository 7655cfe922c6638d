import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { InputError } from '../values/problem.ts'
import { emptyState, type State } from './state.ts'

/** The state as JSON; maps become lists of entries. */
function serialize(state: State): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Map ? { entries: [...value] } : value,
  )
}

function deserialize(text: string): State {
  const read = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'entries' in value && Array.isArray(value.entries)
      ? new Map(value.entries as [unknown, unknown][])
      : value,
  ) as State
  for (const [member, empty] of Object.entries(emptyState(''))) {
    const found: unknown = read[member as keyof State]
    if (typeof found !== typeof empty || found instanceof Map !== empty instanceof Map) {
      throw new TypeError(`${member} is missing or is not what muster cloud writes`)
    }
  }
  return read
}

/**
 * Reads a state file.
 * @returns null when there is none yet
 * @throws InputError when it cannot be read or is not a state file
 */
export async function readStateFile(file: string): Promise<State | null> {
  try {
    return deserialize(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    const message = `cannot be read as a state file of muster cloud: ${(error as Error).message}`
    throw new InputError([{ message, position: { file }, hint: 'remove it to begin with an empty cloud' }])
  }
}

/** Keeps a state in a file: mode 0600, since access keys are in it; replaced whole, so a kill leaves no half of it. */
export class StateWriter {
  readonly #file: string
  readonly #state: State
  #running: Promise<void> | undefined
  #again: Promise<void> | undefined

  constructor(file: string, state: State) {
    this.#file = file
    this.#state = state
  }

  /** Resolves when the state as it is now is on disk. Calls that come while one is writing share the next write. */
  save(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#write().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#again ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined
        return this.save()
      })
    return this.#again
  }

  async #write(): Promise<void> {
    const temporary = `${this.#file}.${randomUUID()}`
    try {
      const handle = await open(temporary, 'wx', 0o600)
      try {
        await handle.writeFile(serialize(this.#state))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, this.#file)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }
}
