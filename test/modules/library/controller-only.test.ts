import { describe, expect, it } from 'vitest'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import assertModule from '../../../src/modules/library/assert.ts'
import debug from '../../../src/modules/library/debug.ts'
import fail from '../../../src/modules/library/fail.ts'
import setFact from '../../../src/modules/library/set_fact.ts'
import type { Module, ModuleContext, Outcome } from '../../../src/modules/module.ts'
import { TaskFailure } from '../../../src/values/task-failure.ts'
import { dict, type Value } from '../../../src/values/value.ts'

/** What these modules ask of the run: conditions `yes`, `no`; expressions are variables; templates know `{{ one }}`. */
const context = {
  verbosity: 0,
  condition: (condition: Value) => {
    if (condition === 'broken') throw new TaskFailure('a condition gives a boolean')
    return condition === 'yes' || condition === true
  },
  expression: (text: string) => {
    if (text === 'number') return 5
    throw new TaskFailure(`'${text}' is undefined`)
  },
  render: (source: string) => source.replace('{{ one }}', '1'),
} as unknown as ModuleContext

async function outcome(
  module: Module,
  args: Record<string, Value>,
  more: Partial<ModuleContext> = {},
): Promise<Outcome> {
  const run = { ...context, ...more }
  const parameters = readParameters(module, new Map(Object.entries(args)))
  expect(await module.observe(parameters, run)).toEqual({})
  const step = await module.converge(parameters, {}, run).next()
  expect(step.done).toBe(true)
  return step.value as Outcome
}

describe('fail', () => {
  it('fails with its message', async () => {
    expect(await outcome(fail, { msg: 'no' })).toEqual({ failed: true, msg: 'no' })
    expect(await outcome(fail, {})).toEqual({ failed: true, msg: 'Failed as requested from task' })
  })
})

describe('debug', () => {
  it('shows a value, and greets when nothing is given', async () => {
    expect(await outcome(debug, { msg: [1, 'a'] })).toEqual({ result: { msg: [1, 'a'] } })
    expect(await outcome(debug, {})).toEqual({ result: { msg: 'Hello world!' } })
  })

  it('shows an expression under its own text', async () => {
    expect(await outcome(debug, { var: 'number' })).toEqual({ result: { number: 5 } })
  })

  it('shows the reason where an expression has no value', async () => {
    expect(await outcome(debug, { var: 'nosuch' })).toEqual({
      result: { nosuch: "<< error 1 - 'nosuch' is undefined >>" },
    })
  })

  it('is skipped below its verbosity', async () => {
    expect(await outcome(debug, { msg: 'x', verbosity: 1 })).toEqual({
      skipped: true,
      result: { skipped_reason: 'Verbosity threshold not met.' },
    })
    expect(await outcome(debug, { msg: 'x', verbosity: '1' }, { verbosity: 1 })).toEqual({
      result: { msg: 'x' },
    })
  })

  it('takes msg or var, not both', async () => {
    await expect(outcome(debug, { msg: 'x', var: 'number' })).rejects.toThrow('mutually exclusive: msg|var')
  })
})

describe('assert', () => {
  it('passes when all conditions hold', async () => {
    expect(await outcome(assertModule, { that: ['yes', true] })).toEqual({ msg: 'All assertions passed' })
    expect(await outcome(assertModule, { that: [] })).toEqual({ msg: 'All assertions passed' })
    expect(await outcome(assertModule, { that: 'yes', success_msg: 'good' })).toEqual({ msg: 'good' })
    expect(await outcome(assertModule, { that: 'yes', quiet: true })).toEqual({})
  })

  it('names the first condition that does not hold, and asks none after it', async () => {
    expect(await outcome(assertModule, { that: ['yes', 'no', 'broken'], msg: 'bad' })).toEqual({
      failed: true,
      msg: 'bad',
      result: { assertion: 'no', evaluated_to: false },
    })
    expect(await outcome(assertModule, { that: false })).toMatchObject({ msg: 'Assertion failed' })
  })

  it('fails for a condition that gives no boolean', async () => {
    await expect(outcome(assertModule, { that: 'broken' })).rejects.toThrow(TaskFailure)
  })
})

describe('set_fact', () => {
  it('sets variables, with their types', async () => {
    const result = await outcome(setFact, { a: 'yes', b: [1] })
    expect(result.facts).toEqual(dict({ a: 'yes', b: [1] }))
    expect(result.result).toEqual({ ansible_facts: dict({ a: 'yes', b: [1] }) })
  })

  it('takes a template in a name', async () => {
    expect((await outcome(setFact, { 'named_{{ one }}': 'x' })).facts).toEqual(dict({ named_1: 'x' }))
  })

  it('refuses a bad name and nothing at all', async () => {
    await expect(outcome(setFact, { 'not-valid': 1 })).rejects.toThrow("Invalid variable name 'not-valid'.")
    await expect(outcome(setFact, {})).rejects.toThrow('No key/value pairs provided')
  })
})
