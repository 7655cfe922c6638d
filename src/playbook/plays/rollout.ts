import type { Position } from '../../values/position.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { numbered } from '../entries.ts'
import { Fields, fieldsOf, refuseUnknown } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Entry } from '../playbook.ts'
import { readTaskList, type TaskListContext } from '../tasks/task-list.ts'
import { readVariableName } from '../variables.ts'
import { type BatchSize, readSerial } from './serial.ts'

/** `rollout` of a play as written; what holds templates is read when the play is planned. */
export interface Rollout {
  readonly position: Position
  readonly canary: Value | undefined
  readonly ramp: Value | undefined
  /** The variable by whose values the hosts are mixed. */
  readonly spreadBy: string | undefined
  readonly maxUnavailable: Value | undefined
  readonly budget: Value | undefined
  readonly countUnreachable: Value | undefined
  /** Seconds. */
  readonly pause: Value | undefined
  readonly approval: Value | undefined
  readonly approvalFile: Value | undefined
  /** Seconds. */
  readonly approvalTimeout: Value | undefined
  /** Tasks done on the controller after each wave. */
  readonly gate: readonly Entry[]
}

/** How waves grow: each so many times the one before it, or sizes as those of `serial`. */
export type Ramp = { readonly factor: number } | { readonly sizes: readonly BatchSize[] }

/** `rollout`, with its mistakes recorded. */
export async function readRollout(
  fields: Fields,
  list: Omit<TaskListContext, 'where'>,
  mistakes: Mistakes,
): Promise<Rollout | undefined> {
  const node = fields.node('rollout')
  if (node === undefined) return undefined
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'rollout is a mapping', 'like `rollout: {canary: 1, ramp: 3}`')
    return undefined
  }
  if (fields.node('serial') !== undefined)
    mistakes.add(
      fields.positionOf('serial') ?? node.position,
      'a play has `serial` or `rollout`, not both',
      'write the sizes as `ramp`, which takes what `serial` takes',
    )
  const entries = fieldsOf(node)
  refuseUnknown(entries, 'rollout', mistakes)
  const own = new Fields(entries, mistakes)
  const gate = await readTaskList(own.written('gate'), { ...list, where: 'task' })
  return {
    position: node.position,
    canary: readCanaryNode(own.node('canary'), mistakes),
    ramp: own.checked('ramp', readRamp),
    spreadBy: readVariableName(own, 'spread_by', mistakes),
    maxUnavailable: own.checked('max_unavailable', (value) => readSize('max_unavailable', value, 1)),
    budget: own.checked('budget', (value) => readSize('budget', value, 0)),
    countUnreachable: own.boolean('count_unreachable'),
    pause: own.seconds('pause'),
    approval: own.boolean('approval'),
    approvalFile: own.text('approval_file'),
    approvalTimeout: own.seconds('approval_timeout'),
    gate: numbered(gate.entries, 'gate'),
  }
}

function readCanaryNode(node: YamlNode | undefined, mistakes: Mistakes): Value | undefined {
  if (node === undefined) return undefined
  const value = toValue(node)
  mistakes.templates(value)
  if (value instanceof TemplateText) return value
  try {
    readCanary(value)
    return value
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    mistakes.add(node.position, error.message)
    return undefined
  }
}

/** `canary`: how many hosts, or the pattern of those. @throws RangeError for anything else */
export function readCanary(value: Value): BatchSize | { readonly pattern: string } {
  if (typeof value === 'number' || (typeof value === 'string' && /^\s*-?\d+\s*%?\s*$/.test(value)))
    return readSize('canary', value, 1)
  if (typeof value === 'string' && value.trim() !== '') return { pattern: value }
  throw new RangeError('canary takes a number of hosts, a percentage like "5%", or a pattern of hosts')
}

/** `ramp`: a factor above 1, or a list of sizes. @throws RangeError for anything else */
export function readRamp(value: Value): Ramp {
  if (Array.isArray(value)) {
    const sizes = readSerial(value)
    if (sizes.length > 0 && sizes.every((size) => ('percent' in size ? size.percent : size.hosts) > 0))
      return { sizes }
    throw new RangeError('ramp takes sizes above 0')
  }
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : String(value)
  const factor = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN
  if (factor > 1 && factor <= 1000) return { factor }
  throw new RangeError(
    'ramp takes a factor above 1 (how many times the wave before), or a list of sizes like [5, "20%", "50%"]',
  )
}

/**
 * A number of hosts or a percentage, from `least` on.
 * @throws RangeError for anything else, and for more than 100 percent
 */
export function readSize(name: string, value: Value, least: number): BatchSize {
  const [size] = Array.isArray(value) ? [] : readSerialEntry(value)
  if (size !== undefined) {
    const number = 'percent' in size ? size.percent : size.hosts
    if (number >= least && !('percent' in size && number > 100)) return size
  }
  throw new RangeError(`${name} takes a whole number of hosts from ${least} on, or a percentage like "5%"`)
}

function readSerialEntry(value: Value): readonly BatchSize[] {
  try {
    return readSerial(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return []
  }
}
