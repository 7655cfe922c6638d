import type { Listener } from '../run/record/events.ts'
import { BatchProgress } from './batch-progress.ts'

/** Milliseconds: CI systems end a job that says nothing for some minutes, and people ask sooner. */
const BEAT = 30_000

/**
 * A listener that says every 30 s how many hosts of the running batch are done, and who is pending and where; and at
 * once when the process gets SIGUSR1. It keeps no process alive.
 *
 * @param listen is told everything as before
 * @param every milliseconds after which it speaks by itself; false: only when asked
 */
export function withHeartbeat(
  listen: Listener,
  say: (line: string) => void,
  every: number | false = BEAT,
): Listener {
  let batch: BatchProgress | undefined
  let timer: NodeJS.Timeout | undefined
  const beat = () => say(batch === undefined ? 'between two batches' : `still running: ${batch.summary()}`)
  const stop = () => {
    clearInterval(timer)
    process.removeListener('SIGUSR1', beat)
  }
  return (event) => {
    listen(event)
    if (event.type === 'run-started') {
      process.on('SIGUSR1', beat)
      if (every !== false) timer = setInterval(() => batch !== undefined && beat(), every).unref()
    } else if (event.type === 'batch-started') batch = new BatchProgress(event)
    else if (event.type === 'batch-ended') batch = undefined
    else if (event.type === 'run-ended') stop()
    else batch?.see(event)
  }
}
