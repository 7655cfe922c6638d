import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { runFromWords } from '../../src/cli/run-command.ts'
import type { RunEvent } from '../../src/run/record/events.ts'
import { jsonOf } from '../../src/values/json-value.ts'
import { InputError } from '../../src/values/problem.ts'

export const CASES = join(import.meta.dirname, '../cases/plays')

/** What Ansible did with a small playbook. */
export interface RecordedPlay {
  readonly about: string
  readonly args: readonly string[]
  readonly exit: number
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly order: readonly string[]
  readonly debug: Readonly<Record<string, unknown>>
  readonly error: string | null
}

export function caseNames(): string[] {
  return readdirSync(CASES)
    .filter((name) => existsSync(join(CASES, name, 'case.json')))
    .sort()
}

export function readCase(name: string): RecordedPlay {
  // Numbers that JavaScript cannot hold are compared by their digits.
  const digits = (_: string, value: unknown, context?: { source?: string }) =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source : value
  const read = JSON.parse as (text: string, reviver: typeof digits) => unknown
  return read(readFileSync(join(CASES, name, 'case.json'), 'utf8'), digits) as RecordedPlay
}

/** Runs the playbook of a case with muster, and says where it differs; an empty map when it does not. */
export async function compare(name: string): Promise<Map<string, string>> {
  const recorded = readCase(name)
  const directory = join(CASES, name)
  const own = join(directory, 'inventory.yaml')
  const asked = readArguments(recorded.args, directory)
  if (typeof asked === 'string') return new Map([['refused', `there is no option ${asked}`]])
  const words: RunWords = {
    inventory: [existsSync(own) ? own : join(CASES, 'inventory.yaml')],
    connection: 'local',
    forks: 1,
    ...asked,
  }
  const events: RunEvent[] = []
  const differences = new Map<string, string>()
  const differ = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      differences.set(what, `${JSON.stringify(ours)}, recorded ${JSON.stringify(theirs)}`)
  }
  let texts = ''
  try {
    const result = await runFromWords('apply', join(directory, 'play.yaml'), words, (event) =>
      events.push(event),
    )
    differ('exit', result.exitCode, recorded.exit)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    texts = error.message
    // Before any connection muster refuses with 1 what Ansible finds with 1, 4, 5 or 250, some of it after changes.
    const runs = recorded.exit === 0 || recorded.exit === 2 || Object.keys(recorded.recap).length > 0
    if (runs) differences.set('refused', texts)
    if (recorded.error !== null && !texts.includes(recorded.error))
      differences.set('error', `${texts}, recorded ${recorded.error}`)
    return differences
  }
  const ended = events.find((event) => event.type === 'run-ended')
  const recap = Object.fromEntries(
    [...(ended?.recap ?? [])]
      .filter(([, counts]) => Object.values(counts).some((count) => count > 0))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([host, counts]) => [host, { ...counts }]),
  )
  const expected = Object.fromEntries(
    Object.entries(recorded.recap)
      .filter(([, counts]) => Object.values(counts).some((count) => count > 0))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([host, { ok, changed, unreachable, failed, skipped, rescued, ignored }]) => [
        host,
        { ok, changed, unreachable, failed, skipped, rescued, ignored },
      ]),
  )
  differ('recap', recap, expected)
  // Hosts do not wait for each other, so their results are compared host by host, each in its own order.
  differ('order', byHost(orderOf(events)), byHost(recorded.order))
  differ('debug', sorted(debugOf(events)), sorted(recorded.debug))
  texts += JSON.stringify(
    events.map((event) => (event.type === 'task' ? { ...event, result: jsonOf(event.result) } : event)),
  )
  if (recorded.error !== null && !texts.includes(JSON.stringify(recorded.error).slice(1, -1)))
    differences.set('error', `not said: ${recorded.error}`)
  return differences
}

/** The options in muster's words, or the one that muster does not have. */
function readArguments(args: readonly string[], directory: string): RunWords | string {
  const words: {
    tags?: string[]
    skipTags?: string[]
    extraVars?: string[]
    limit?: string
    check?: boolean
    startAtTask?: string
  } = {}
  for (let at = 0; at < args.length; at += 1) {
    const option = args[at]
    if (option === '--check') {
      words.check = true
      continue
    }
    at += 1
    const value = args[at] ?? ''
    if (option === '--tags' || option === '-t') words.tags = [...(words.tags ?? []), ...value.split(',')]
    else if (option === '--skip-tags') words.skipTags = [...(words.skipTags ?? []), ...value.split(',')]
    // Recorded in the folder of the case.
    else if (option === '-e')
      words.extraVars = [...(words.extraVars ?? []), value.replace(/^@/, `@${directory}/`)]
    else if (option === '--limit') words.limit = value
    else if (option === '--start-at-task') words.startAtTask = value
    else return option ?? ''
  }
  return words
}

/** The results in the words of the recorded cases. */
function orderOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'no-hosts') return ['NO HOSTS MATCHED']
    if (event.type === 'retry') return [`TASK ${event.task} | ${event.host} | retry ${event.attempt}`]
    if (event.type !== 'task' || event.status === 'cancelled') return []
    const kind = event.handler ? 'HANDLER' : 'TASK'
    const item = event.item === undefined ? '' : ` | item=${event.item}`
    const included = event.module.startsWith('include_') && event.module !== 'include_vars'
    // What a loop includes is told file by file.
    if (included && event.result.has('results') && event.status === 'ok') return []
    const status = included && event.status === 'ok' ? 'included' : event.status
    return [`${kind} ${event.task} | ${event.host} | ${status}${item}`]
  })
}

function byHost(order: readonly string[]): Record<string, string[]> {
  const hosts: Record<string, string[]> = {}
  for (const entry of order) {
    const [, host] = entry.split(' | ')
    if (host === undefined) {
      if (entry === 'NO HOSTS MATCHED') hosts[''] = [...(hosts[''] ?? []), entry]
      continue
    }
    hosts[host] = [...(hosts[host] ?? []), entry]
  }
  return sorted(hosts)
}

function debugOf(events: readonly RunEvent[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  const times = new Map<string, number>()
  for (const event of events) {
    if (event.type !== 'task' || event.module !== 'debug') continue
    if (event.status !== 'ok' && event.status !== 'changed') continue
    const dict = jsonOf(event.result) as Record<string, unknown>
    if ('results' in dict && event.item === undefined && !('msg' in dict && event.result.size === 3)) continue
    const key = `${event.task}|${event.host}${event.item === undefined ? '' : `|item=${event.item}`}`
    const time = (times.get(key) ?? 0) + 1
    times.set(key, time)
    const own = Object.entries(dict).find(
      ([name]) => !['changed', 'failed', 'ansible_loop_var', 'ansible_index_var', 'item'].includes(name),
    )
    shown[time === 1 ? key : `${key}#${time}`] = 'msg' in dict ? dict['msg'] : own?.[1]
  }
  return shown
}

function sorted<T>(entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)))
}
