import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createClients } from '../../src/aws/create-clients.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { readParameters } from '../../src/modules/check-parameters.ts'
import { execute } from '../../src/modules/execute.ts'
import type { ModuleContext } from '../../src/modules/module.ts'
import { loadModule, moduleNames } from '../../src/modules/registry.ts'
import { answersOf, type ProbeSet } from '../../src/probes/probe.ts'
import { Secret } from '../../src/values/secret.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import { clients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { type Json, toJson, toValue } from './case.ts'
import { caseContext } from './case-context.ts'
import { answerOf, type HostInWords, output } from './model-host.ts'
import { debFile, tar } from './packages/deb-file.ts'

// Every parameter of every module is obeyed, or refused by name. A file a module, in the order of its reference page:
// each parameter with a value, and a text of what then happens that does not happen without it: a question, a script,
// what goes into it, a request to AWS, the result. A parameter without an entry fails, and an entry without a parameter.

interface Entry {
  /** The parameter's value; undefined is `true`. */
  readonly is?: Json
  /** Stands in the lines that only what happens with it has. */
  readonly shows?: string
  /** Stands in the lines that only what happens without it has. */
  readonly hides?: string
  /** It is refused, in words that hold its name. */
  readonly refused?: true
  /** Nothing happens, since what it asks for is so anyway: why. The reference page says so too. */
  readonly holds?: string
  /** Another test looks at it, which names it: a file below test/. */
  readonly elsewhere?: string
  /** Further arguments, with and without it; null takes one of the base away. */
  readonly beside?: { readonly [name: string]: Json }
  /** Instead of leaving it out (required parameters). */
  readonly not?: Json
  readonly host?: HostInWords
  readonly check?: boolean
}

interface ModuleEntries {
  readonly base?: { readonly [name: string]: Json }
  readonly host?: HostInWords
  readonly vars?: { readonly [name: string]: Json }
  readonly files?: { readonly [name: string]: string }
  /** Fields of a .deb's control file. */
  readonly debs?: { readonly [name: string]: { readonly [field: string]: string } }
  readonly archives?: { readonly [name: string]: { readonly [member: string]: string } }
  /** Talks to AWS. */
  readonly aws?: true
  readonly parameters: { readonly [name: string]: Entry }
}

/** Modules of Windows, which another model of a host would have to answer. */
const NOT_YET = /^win_/

const HOME = join(import.meta.dirname, 'parameters')

function entriesOf(name: string): ModuleEntries {
  const file = join(HOME, `${name}.yaml`)
  if (!existsSync(file)) throw new Error(`write ${file}: what each parameter of ${name} does`)
  return load(readFileSync(file, 'utf8'), { filename: file }) as ModuleEntries
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-parameters-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

test('there are no entries for modules that are not there', () => {
  const known = moduleNames().map((name) => `${name}.yaml`)
  expect(readdirSync(HOME).filter((file) => !known.includes(file))).toEqual([])
})

describe.each(moduleNames().filter((name) => !NOT_YET.test(name)))('%s', (name) => {
  test('every parameter has an entry', async () => {
    const { spec } = await loadModule(name)
    expect(Object.keys(entriesOf(name).parameters ?? {}).sort()).toEqual(Object.keys(spec.parameters).sort())
  })

  const entries = existsSync(join(HOME, `${name}.yaml`)) ? entriesOf(name) : { parameters: {} }
  test.each(Object.entries(entries.parameters ?? {}))('%s', { timeout: 60_000 }, async (parameter, entry) => {
    if (entry.elsewhere !== undefined) {
      const text = readFileSync(join(import.meta.dirname, '..', entry.elsewhere), 'utf8')
      expect(text).toMatch(new RegExp(`\\b${parameter}\\b`))
      return
    }
    const all = { ...entries, host: { ...entries.host, ...entry.host } }
    const base = Object.fromEntries(
      Object.entries({ ...entries.base, ...entry.beside }).filter(([, value]) => value !== null),
    ) as Record<string, Json>
    const withIt = await happens(name, { ...base, [parameter]: entry.is ?? true }, all, entry)
    if (entry.refused === true) {
      expect(withIt.join('\n')).toMatch(new RegExp(`fails: .*\\b${parameter}\\b`))
      return
    }
    const { [parameter]: _, ...rest } = base
    const other = entry.not === undefined ? rest : { ...rest, [parameter]: entry.not }
    const without = await happens(name, other, all, entry)
    const only = (one: readonly string[], another: readonly string[]) =>
      one.filter((line) => !another.includes(line)).join('\n')
    if (entry.holds !== undefined) {
      expect(withIt).toEqual(without)
      const { spec } = await loadModule(name)
      expect(spec.parameters[parameter]?.doc).toContain(entry.holds)
      return
    }
    // A letter is found anywhere.
    for (const text of [entry.shows, entry.hides])
      if (text !== undefined) expect(text).toMatch(/^.{2,}$|^\d$/s)
    expect([entry.shows, entry.hides], 'the entry says what it shows or hides').not.toEqual([
      undefined,
      undefined,
    ])
    if (entry.shows !== undefined) expect(only(withIt, without)).toContain(entry.shows)
    if (entry.hides !== undefined) expect(only(without, withIt)).toContain(entry.hides)
  })
})

/** Roles that are there. */
const ROLES = ['there', 'there-too']

/** Names by chance, and times. */
const NOISE =
  /(?:[0-9a-f]{8}-)?[0-9a-f]{32}|(?:[0-9a-f]+-){4}[0-9a-f]+|A(?:KIA|ROA)\w+|\d{13}|(?<=-code )\S+|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\d[ T][\d:.]+Z?/g

/** All that a module does for these arguments, in lines. */
async function happens(
  name: string,
  args: Readonly<Record<string, Json>>,
  entries: ModuleEntries,
  { check = false }: Entry,
): Promise<string[]> {
  const { host = {}, vars = {}, aws } = entries
  const told: string[] = []
  const module = await loadModule(name)
  await writeFiles(entries)
  const ask = <S extends ProbeSet>(set: S) =>
    answersOf(set, (probe) => {
      told.push(`asks: ${probe.key}`)
      return probe.interpret(answerOf(probe, host))
    })
  const values = (object: Readonly<Record<string, Json>>) =>
    new Map(Object.entries(object).map(([key, value]) => [key, toValue(value)]))
  let cloud: Cloud | undefined
  try {
    const plain = caseContext({ directory, vars: values(vars), check, diff: true })
    if (aws === true) {
      cloud = await startCloud()
      for (const [key, value] of Object.entries(cloud.environment())) vi.stubEnv(key, value)
      const { iam } = clients(cloud)
      for (const role of ROLES) await makeRole(iam, role)
    }
    const run = { ...plain.run, aws: (region: string) => Promise.resolve(createClients(region)) }
    const context: ModuleContext = aws === true ? { ...plain, host: 'web01', run } : plain
    const params = readParameters(module, values(args))
    const answers = ask((await module.observe(params as never, context)) as ProbeSet)
    const shared = await module.batch?.open([{ host: 'web01', params, answers } as never], {
      ...context.run,
      signal: context.signal,
    })
    const result = await execute(
      { module, params, answers, context: { ...context, shared: shared?.shared ?? null } },
      {
        look: (set) => Promise.resolve(ask(set)),
        run: (action) => {
          const { stdin = '' } = action
          told.push(`does: ${action.says}`, `runs: ${String(action.script.reveal())}`)
          told.push(`gives: ${stdin instanceof Secret ? stdin.revealText() : stdin}end of input`)
          return Promise.resolve(output(String(action.script.reveal()), host))
        },
        push: (action) => {
          told.push(`pushes: ${action.says} ${action.to}`)
          return Promise.resolve(output('push', host))
        },
        call: (action, signal) => {
          told.push(`calls: ${action.says}`)
          return action.call(signal)
        },
        wait: (action, signal) => {
          told.push(`waits: ${action.says}`)
          return aws === true ? action.call(signal) : Promise.resolve(null)
        },
        intend: () => Promise.resolve(),
      },
    )
    told.push(
      `result: ${JSON.stringify({ ...result, values: toJson(result.values), facts: toJson(result.facts as never) })}`,
    )
    if (cloud !== undefined) {
      const activations = cloud.inspect.activations()
      const lives = activations.map(({ created, expires }) => Math.round((expires - created) / 1000))
      told.push(`meanwhile: ${JSON.stringify(activations)} for ${lives.join(' ')} s`)
    }
    await shared?.close()
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    told.push(`fails: ${error.message}; ${error.hint ?? ''} ${JSON.stringify(error.result ?? {})}`)
  } finally {
    if (cloud !== undefined) {
      const { activations, roles, workspaces } = cloud.inspect
      told.push(`cloud: ${JSON.stringify([activations(), roles(), workspaces(), cloud.requests()])}`)
    }
    await cloud?.close()
  }
  return told.flatMap((one) => one.replaceAll(NOISE, '').split('\n'))
}

async function writeFiles({ files = {}, debs = {}, archives = {} }: ModuleEntries): Promise<void> {
  const path = async (name: string) => {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    return join(directory, name)
  }
  for (const [name, text] of Object.entries(files)) {
    const file = await path(name)
    if (!text.startsWith('-> ')) await writeFile(file, text)
    else if (!existsSync(file)) await symlink(text.slice(3), file)
  }
  for (const [name, fields] of Object.entries(debs)) {
    const control = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`)
    await writeFile(await path(name), debFile('control.tar', tar({ './control': control.join('') })))
  }
  for (const [name, members] of Object.entries(archives)) await writeFile(await path(name), tar(members))
}
