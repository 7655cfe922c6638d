import type { AskPerson } from '../connection/keys/dialogue.ts'
import type { Masker } from '../values/masking/masker.ts'
import type { Listener, RunEvent } from './record/events.ts'

/** Tells a listener; what it throws is its own concern. */
export function notify(listen: Listener, event: RunEvent): void {
  try {
    listen(event)
  } catch (error) {
    process.stderr.write(
      `muster: a report failed: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}

/** What a person types is a secret, from then on. */
export function learning(ask: AskPerson | undefined, masker: Masker): AskPerson | undefined {
  if (ask === undefined) return undefined
  return async (question) => {
    const answer = await ask(question)
    if (answer !== undefined) masker.learn(answer)
    return answer
  }
}
