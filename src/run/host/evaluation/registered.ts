import { NO_FACTS, type TaskResult } from '../../../modules/task-result.ts'
import { Secret } from '../../../values/secret.ts'
import type { Dict, Key, Value } from '../../../values/value.ts'
import type { Status } from '../../record/events.ts'

const LAST_LINES = 10
const LAST_CHARACTERS = 1000

/**
 * The end of what a failed program printed on the host: stderr, or stdout where that is empty.
 * @param mask hides secrets, before anything is cut
 */
export function lastPrinted(
  { message, values }: TaskResult,
  mask: (text: string) => string,
): string | undefined {
  for (const name of ['stderr', 'stdout']) {
    const text = values.get(name)
    if (typeof text !== 'string' || text.trim() === '') continue
    const last = mask(text).trimEnd().split('\n').slice(-LAST_LINES).join('\n').slice(-LAST_CHARACTERS)
    return message !== undefined && mask(message).includes(last.trim()) ? undefined : last
  }
  return undefined
}

/** A task that `when` left out, with the keys Ansible gives. */
export function skippedResult(condition: Value): TaskResult {
  return {
    changed: false,
    failed: false,
    skipped: true,
    unknown: false,
    message: undefined,
    hint: undefined,
    values: new Map<Key, Value>([
      ['skip_reason', 'Conditional result was False'],
      ['false_condition', condition],
    ]),
    diff: [],
    facts: NO_FACTS,
  }
}

/** The host could not be reached, and the task says to go on. */
export function isUnreachable({ values }: TaskResult): boolean {
  return values.get('unreachable') === true
}

/** What `register` gets: Ansible's keys in Ansible's types. */
export function registered(result: TaskResult): Dict {
  const dict: Dict = new Map(result.values)
  dict.set('changed', result.changed)
  if (result.skipped) dict.set('skipped', true)
  // Of a host that was not reached Ansible says no more than that.
  if ((!result.skipped || result.failed) && !isUnreachable(result)) dict.set('failed', result.failed)
  if (result.message !== undefined && !dict.has('msg')) dict.set('msg', result.message)
  return dict
}

/** What `register` gets for a loop; `items` are the registered items with their loop variables. */
export function registeredLoop(items: readonly { result: TaskResult; extra: Dict }[]): Dict {
  const results = items.map(({ result, extra }) => new Map([...registered(result), ...extra]))
  const failed = items.some(({ result }) => result.failed)
  const skipped = items.every(({ result }) => result.skipped)
  const dict: Dict = new Map<Key, Value>([
    ['results', results],
    ['changed', items.some(({ result }) => result.changed)],
  ])
  if (items.length === 0) {
    dict.set('skipped', true)
    dict.set('skipped_reason', 'No items in the list')
    return dict
  }
  dict.set('skipped', skipped)
  dict.set('msg', failed ? 'One or more items failed' : skipped ? 'All items skipped' : 'All items completed')
  if (failed) dict.set('failed', true)
  return dict
}

/** Every text in a value as a Secret: what `no_log` makes of a registered result. */
export function secretTexts(value: Value): Value {
  if (typeof value === 'string') return value === '' ? value : new Secret(value)
  if (Array.isArray(value)) return value.map(secretTexts)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, secretTexts(item)]))
  return value
}

/** The word for a result. `ignored`: a failure is to be ignored. */
export function statusOf(result: TaskResult, ignored: boolean): Status {
  if (result.unknown) return 'unknown'
  if (result.failed) return ignored ? 'ignored' : 'failed'
  if (result.skipped) return 'skipped'
  return result.changed ? 'changed' : 'ok'
}
