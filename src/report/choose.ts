import type { Listener } from '../rollout/events.ts'
import { jsonReport } from './json.ts'
import { type LogOptions, logReport } from './log.ts'

/** The report for a command's stdout: JSON lines when asked for, the live view on a terminal, else a log. */
export async function chooseReport(options: LogOptions & { readonly json: boolean }): Promise<Listener> {
  const write = (text: string) => {
    if (process.stdout.writable) process.stdout.write(text)
  }
  if (options.json) return jsonReport(write)
  if (process.stdout.isTTY && process.env['CI'] === undefined)
    return (await import('./live.ts')).liveReport(write, options)
  return logReport(write, options)
}
