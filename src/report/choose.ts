import type { Listener } from '../run/record/events.ts'
import { jsonReport } from './json.ts'
import { type LogOptions, logReport } from './log.ts'

/** Below this the rows are broken into pieces; a terminal that does not know its size says 0. */
const NARROWEST_COLUMNS = 40

/** Whether rows can be written over again there. */
export function canRedraw(
  out: { readonly isTTY?: boolean; readonly columns?: number },
  environment: NodeJS.ProcessEnv,
): boolean {
  return (
    out.isTTY === true &&
    (out.columns ?? 0) >= NARROWEST_COLUMNS &&
    environment['TERM'] !== 'dumb' &&
    environment['CI'] === undefined
  )
}

/** What a report is chosen by. */
export interface ReportChoice extends LogOptions {
  readonly json: boolean
  /** Where a CI job's summary goes as well. */
  readonly summaryFile?: string | undefined
}

/** The report for a command's stdout: JSON lines when asked for, the live view on a terminal, else a log. */
export async function chooseReport({ summaryFile, ...options }: ReportChoice): Promise<Listener> {
  const shown = await onStdout(options)
  if (summaryFile === undefined) return shown
  const summary = (await import('./afterwards/step-summary.ts')).stepSummary(summaryFile)
  return (event) => {
    shown(event)
    summary(event)
  }
}

async function onStdout(options: ReportChoice): Promise<Listener> {
  const write = (text: string) => {
    if (process.stdout.writable) process.stdout.write(text)
  }
  if (options.json) return jsonReport(write)
  if (canRedraw(process.stdout, process.env)) return (await import('./live.ts')).liveReport(write, options)
  return logReport(write, options)
}
