import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import type { Action, ActionResult, Outcome } from '../../../src/modules/module.ts'
import { loadModule } from '../../../src/modules/registry.ts'
import { TaskFailure } from '../../../src/values/task-failure.ts'
import { type Json, toValue } from '../conformance/case.ts'
import { caseContext } from '../conformance/case-context.ts'
import { editedAnswers } from './edited-answers.ts'

// What ansible-core's own functions made of texts (record.py beside this file), and what muster makes of them.

interface Recorded {
  readonly module: string
  readonly params: { readonly [name: string]: Json }
  /** Bytes as latin1. */
  readonly before: string
  readonly after: string
  readonly msg: string
  readonly found?: number
  readonly failed?: boolean
}

const cases = JSON.parse(
  readFileSync(process.env['MUSTER_EDITS'] ?? new URL('recorded.json', import.meta.url), 'utf8'),
) as Recorded[]

/** The text after the first change, or the old one. */
async function edit({ module: name, params, before }: Recorded) {
  const module = await loadModule(name)
  const args = new Map(
    Object.entries({ path: '/etc/file', ...params }).map(([key, value]) => [key, toValue(value)]),
  )
  const answers = editedAnswers(Buffer.from(before, 'latin1'))
  try {
    const steps: AsyncGenerator<Action, Outcome, ActionResult> = module.converge(
      readParameters(module, args) as never,
      answers as never,
      caseContext(),
    )
    const { value, done } = await steps.next()
    if (done === true) return { after: before, msg: value.msg ?? '', found: value.result?.['found'] }
    if (value.kind !== 'run' || !(value.stdin instanceof Buffer)) throw new Error(`unexpected ${value.says}`)
    const { msg, found } = value.predicted ?? {}
    return { after: value.stdin.toString('latin1'), msg, found }
  } catch (error) {
    if (error instanceof TaskFailure) return { after: before, msg: error.message, failed: true }
    throw error
  }
}

/** Ansible writes a new line into a last line that is open; muster ends that one first. */
function gluesLines({ module, params, before, after }: Recorded): boolean {
  return (
    module === 'lineinfile' &&
    typeof params['insertafter'] === 'string' &&
    !/[\r\n]$/.test(before) &&
    before !== '' &&
    after.startsWith(before) &&
    after !== before &&
    after[before.length] !== '\n'
  )
}

function ended({ before, after }: Recorded): string {
  return `${before}\n${after.slice(before.length)}`
}

describe.each(['lineinfile', 'blockinfile', 'replace'])('%s', (name) => {
  // With a multi-line pattern that matches at the very end blockinfile counts a line too much, and ends in an exception.
  const own = cases.filter(({ module, msg }) => module === name && msg !== 'list index out of range')

  test('has cases', () => expect(own.length).toBeGreaterThan(90))

  test('makes of a text what Ansible makes of it', async () => {
    const differing: unknown[] = []
    for (const one of own) {
      const got = await edit(one)
      const { msg, failed = false, found } = one
      const wanted = { after: gluesLines(one) ? ended(one) : one.after, msg, failed, found }
      const seen = { after: got.after, msg: got.msg, failed: got.failed ?? false, found: got.found }
      if (!isDeepStrictEqual(seen, wanted)) differing.push({ ...one, got: seen })
    }
    expect(differing.slice(0, 10)).toEqual([])
  })
})
