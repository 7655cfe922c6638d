import type { Listener } from '../run/record/events.ts'
import { InputError } from '../values/problem.ts'
import { withHeartbeat } from './heartbeat.ts'
import { jsonReport } from './json.ts'
import { type LogOptions, logReport } from './log.ts'
import type { Webhook } from './notify/notify.ts'
import { telemetry } from './telemetry/choose.ts'
import type { WebAddress } from './web/server.ts'

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
  /** Rows may be written over again: nobody is asked anything meanwhile. True unless given. */
  readonly redraws?: boolean
  /** Where a CI job's summary goes as well. */
  readonly summaryFile?: string | undefined
  /** Where the run can be looked at in a browser. */
  readonly web?: WebAddress | undefined
  /** Who is told how the run ended. */
  readonly webhooks?: readonly Webhook[] | undefined
}

/**
 * The report for a command's stdout: JSON lines when asked for, the live view on a terminal, else a log; and who else is told.
 * @throws InputError when nobody can listen at the address for browsers
 */
export async function chooseReport({
  summaryFile,
  webhooks,
  web,
  ...options
}: ReportChoice): Promise<Listener> {
  const listeners = [await onStdout(options)]
  if (summaryFile !== undefined)
    listeners.push((await import('./afterwards/step-summary.ts')).stepSummary(summaryFile))
  if (webhooks !== undefined && webhooks.length > 0)
    listeners.push((await import('./notify/notify.ts')).notifying(webhooks, toStderr))
  if (web !== undefined) listeners.push(await servedAt(web))
  const sent = await telemetry(process.env, toStderr)
  if (sent !== undefined) listeners.push(sent)
  return (event) => {
    for (const listen of listeners) listen(event)
  }
}

async function servedAt(web: WebAddress): Promise<Listener> {
  const { webReport } = await import('./web/server.ts')
  try {
    return await webReport(web, (address) => toStderr(`live at ${address}`))
  } catch (error) {
    const message = `--web: nobody can be served at ${web.host}:${web.port}: ${(error as Error).message}`
    throw new InputError([{ message, hint: 'choose another address or port' }])
  }
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function onStdout(options: ReportChoice): Promise<Listener> {
  const write = (text: string) => {
    if (process.stdout.writable) process.stdout.write(text)
  }
  // Data on stdout stay data, and rows that are redrawn need no heartbeat: both speak when they are asked.
  if (options.json) return withHeartbeat(jsonReport(write), toStderr, false)
  if (options.redraws !== false && canRedraw(process.stdout, process.env))
    return withHeartbeat((await import('./live.ts')).liveReport(write, options), toStderr, false)
  return withHeartbeat(logReport(write, options), (line) => write(`${line}\n`))
}
