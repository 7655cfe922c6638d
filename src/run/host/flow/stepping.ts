import { InputError } from '../../../values/problem.ts'
import type { Turn } from '../../batch/turn.ts'
import type { AskVariable } from '../../preflight/answer-prompts.ts'
import type { RunInput } from '../../run-input.ts'

/** `--step`: a person is asked before each task, once for all hosts. */
export class Stepping {
  readonly #ask: AskVariable
  readonly #answers = new Map<string, Promise<boolean>>()
  #goesOn = false

  constructor(ask: AskVariable) {
    this.#ask = ask
  }

  /** Whether the task at `turn` is to be done; whoever comes there first asks. */
  isWanted(turn: Turn, title: string): Promise<boolean> {
    const key = turn.join('.')
    let answer = this.#answers.get(key)
    if (answer === undefined) {
      answer = this.#goesOn ? Promise.resolve(true) : this.#asked(title)
      this.#answers.set(key, answer)
    }
    return answer
  }

  async #asked(title: string): Promise<boolean> {
    const prompt = `Perform task: TASK: ${title} (N)o/(y)es/(c)ontinue: `
    const typed = (await this.#ask({ prompt, hidden: false })).trim().toLowerCase()
    if (typed === 'c' || typed === 'continue') this.#goesOn = true
    return this.#goesOn || typed === 'y' || typed === 'yes'
  }
}

/** How a run asks, where it was told to. @throws InputError when there is nobody to ask */
export function steppingOf({ options, askVariable, checked }: RunInput): Stepping | undefined {
  if (options.step !== true || checked !== undefined) return undefined
  if (askVariable !== undefined) return new Stepping(askVariable)
  throw new InputError([
    {
      message: '--step asks before each task, and there is no terminal',
      hint: 'leave it out, or use --start-at-task',
    },
  ])
}
