import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { readParameters } from '../../src/modules/check-parameters.ts'
import { execute } from '../../src/modules/execute.ts'
import type { Action, Module } from '../../src/modules/module.ts'
import { loadModule } from '../../src/modules/registry.ts'
import { failureResult } from '../../src/modules/task-result.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import type { Output } from '../../src/values/transfer.ts'
import { type Json, toJson, toValue } from './conformance/case.ts'
import { caseContext } from './conformance/case-context.ts'

// What a module does, as data: parameters and what the host answers in, actions and a result out. No host is needed.
// A folder a module, a file a case; CONTRIBUTING.md says how one is written.

const HOME = join(import.meta.dirname, 'answers')

interface AnswersCase {
  readonly about: string
  readonly params: { readonly [name: string]: Json }
  readonly check?: boolean
  /** Without it a diff is asked for. */
  readonly diff?: false
  /** What the host answers, by the names that the module's `observe` gives its probes. */
  readonly knows: { readonly [name: string]: Json }
  /** What each action says, in order; `quietly` before one that is no change. */
  readonly does: readonly string[]
  /** Text that the scripts must hold, one entry a script. */
  readonly runs?: readonly string[]
  /** What each script answers; without it all succeed and print nothing. */
  readonly answers?: readonly { readonly rc?: number; readonly stdout?: string; readonly stderr?: string }[]
  readonly touches?: readonly (readonly string[] | 'everything')[]
  /** Keys that the registered result must have, `changed` and `failed` among them. */
  readonly result: { readonly [key: string]: Json }
  readonly fails?: string
  /** Answers under which nothing is left to do. */
  readonly then?: { readonly [name: string]: Json }
}

for (const name of readdirSync(HOME).sort())
  describe(name, () => {
    for (const file of readdirSync(join(HOME, name)).sort()) {
      const one = load(readFileSync(join(HOME, name, file), 'utf8'), { filename: file }) as AnswersCase
      test(`${file.replace(/\.yaml$/, '')}: ${one.about}`, async () => {
        const module = await loadModule(name)
        expect(await story(module, one, one.knows)).toBe(wanted(name, one))
        if (one.then === undefined) return
        const again = await story(module, one, one.then)
        expect(again, 'and a second time there is nothing left to do').toContain('does nothing')
      })
    }
  })

/** What shall happen, in the words of {@link story}. */
function wanted(name: string, one: AnswersCase): string {
  return told(name, one, {
    does: one.does,
    runs: one.runs,
    touches: one.touches,
    result: one.result,
    fails: one.fails,
  })
}

interface Told {
  readonly does: readonly string[]
  readonly runs: readonly string[] | undefined
  readonly touches: AnswersCase['touches']
  readonly result: { readonly [key: string]: Json }
  readonly fails: string | undefined
}

function told(name: string, one: AnswersCase, { does, runs, touches, result, fails }: Told): string {
  return [
    `Asked for ${name}: ${JSON.stringify(one.params)}${one.check === true ? ' in check mode' : ''},`,
    does.length === 0 ? 'muster does nothing,' : `muster does: ${does.join('; ')},`,
    ...(runs ?? []).map((text) => `  by a script with: ${text.trim()}`),
    ...(touches ?? []).map((what) => `  which may touch: ${String(what)}`),
    fails === undefined ? 'and says:' : `and fails: ${fails}`,
    ...Object.entries(result).map(([key, value]) => `  ${key} = ${JSON.stringify(value)}`),
  ].join('\n')
}

async function story(module: Module, one: AnswersCase, knows: AnswersCase['knows']): Promise<string> {
  const does: string[] = []
  const scripts: string[] = []
  const touches: (readonly string[] | 'everything')[] = []
  const note = (action: Action) => {
    does.push(`${'silent' in action && action.silent === true ? 'quietly ' : ''}${action.says}`)
  }
  const result = await run(module, one, knows, {
    note,
    script: (action) => {
      scripts.push(action.script.toString())
      touches.push(action.touches ?? 'everything')
      const { rc = 0, stdout = '', stderr = '' } = one.answers?.[scripts.length - 1] ?? {}
      return {
        ...{ rc, seconds: 0, truncated: false, timedOut: false },
        ...{ stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) },
      }
    },
  })
  const all: Record<string, Json> = {
    ...Object.fromEntries([...result.values].map(([key, value]) => [String(key), toJson(value)])),
    changed: result.changed,
    failed: result.failed,
    skipped: result.skipped,
  }
  const keys = Object.keys(one.result)
  return told(module.name, one, {
    does,
    runs: one.runs?.map((text, at) =>
      scripts[at]?.includes(text.trim()) === true ? text : `(something else) ${scripts[at] ?? 'no script'}`,
    ),
    touches: one.touches === undefined ? undefined : touches,
    result: Object.fromEntries(keys.map((key) => [key, all[key] ?? null])),
    fails: result.failed ? (result.message ?? '') : undefined,
  })
}

async function run(
  module: Module,
  one: AnswersCase,
  knows: AnswersCase['knows'],
  does: {
    note: (action: Action) => void
    script: (action: Action & { kind: 'run' }) => Output
  },
) {
  const context = caseContext({ check: one.check ?? false, diff: one.diff ?? true })
  const noHost = () => Promise.reject(new Error('this case has no host to ask more of'))
  try {
    const args = new Map(Object.entries(one.params).map(([key, value]) => [key, toValue(value)]))
    const params = readParameters(module, args)
    const probes = await module.observe(params as never, context)
    const wanted = Object.keys(probes).filter((key) => probes[key] !== undefined)
    expect(Object.keys(knows).sort(), 'the case answers what the module asks').toEqual(wanted.sort())
    const answers = Object.fromEntries(Object.entries(knows).map(([key, value]) => [key, answer(value)]))
    return await execute(
      { module, params, answers, context },
      {
        look: noHost,
        run: (action) => {
          does.note(action)
          return Promise.resolve(does.script(action))
        },
        push: noHost,
        call: noHost,
        wait: noHost,
        intend: () => Promise.resolve(),
      },
    )
  } catch (error) {
    if (error instanceof TaskFailure) return failureResult(error)
    throw error
  }
}

/** JSON as a typed answer: `bytes`, outputs and the `value` of a field are bytes, `properties` a Map. */
function answer(value: Json): unknown {
  if (Array.isArray(value)) return value.map(answer)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([key, item]) => [
      key,
      ['bytes', 'stdout', 'stderr'].includes(key) || (key === 'value' && typeof item === 'string')
        ? Buffer.from(String(item))
        : key === 'properties'
          ? new Map(Object.entries(item as object))
          : answer(item),
    ]),
  )
}
