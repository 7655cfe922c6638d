import { existsSync, readFileSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { vi } from 'vitest'
import { createClients } from '../../src/aws/create-clients.ts'
import { AwsFailure } from '../../src/aws/errors.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { readParameters } from '../../src/modules/check-parameters.ts'
import { coverResult } from '../../src/modules/cover-result.ts'
import { execute } from '../../src/modules/execute.ts'
import type { ModuleContext } from '../../src/modules/module.ts'
import { loadModule } from '../../src/modules/registry.ts'
import { failureResult, type TaskResult } from '../../src/modules/task-result.ts'
import { answersOf, type Probe, type ProbeSet } from '../../src/probes/probe.ts'
import { evaluationFailure } from '../../src/run/host/evaluation/evaluation-failure.ts'
import type { PowerShellScript } from '../../src/shell/powershell/ps.ts'
import { Secret } from '../../src/values/secret.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import type { Value } from '../../src/values/value.ts'
import { clients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { type Json, toJson, toValue } from './conformance/case.ts'
import { caseContext } from './conformance/case-context.ts'
import { answerOf, type HostInWords, output } from './model-host.ts'
import { debFile, tar } from './packages/deb-file.ts'

export interface Entry {
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
  /** Nothing shows it yet: why. To be mended. */
  readonly unproved?: string
  /** Another test looks at it, which names it: a file below test/. */
  readonly elsewhere?: string
  /** Further arguments, with and without it; null takes one of the base away. */
  readonly beside?: { readonly [name: string]: Json }
  /** Instead of leaving it out (required parameters). */
  readonly not?: Json
  readonly host?: HostInWords
  readonly check?: boolean
}

export interface ModuleEntries {
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

export const HOME = join(import.meta.dirname, 'parameters')

/** The entries of a module, from its file. */
export function entriesOf(name: string): ModuleEntries {
  const file = join(HOME, `${name}.yaml`)
  if (!existsSync(file)) throw new Error(`write ${file}: what each parameter of ${name} does`)
  return load(readFileSync(file, 'utf8'), { filename: file }) as ModuleEntries
}

/** Roles that are there: one that is not is waited for. The last is what secrets-parameters.test.ts makes of the second. */
const ROLES = ['there', 'there-too', 'zqghijkl-zqmnopqr']

/** What a module did for some arguments, and what was seen of it. */
export interface Happening {
  /** What the host was asked and made to do, in words, and what AWS saw. */
  readonly done: readonly string[]
  /** What the plan, the live view and the journal say. */
  readonly says: readonly string[]
  readonly result: TaskResult
}

/** All that a module does for these arguments, on a host that exists in words. */
export async function happening(
  name: string,
  args: ReadonlyMap<string, Value>,
  entries: ModuleEntries,
  options: {
    readonly directory: string
    readonly check?: boolean | undefined
    /** Gets every probe that is asked. */
    readonly probes?: Probe<unknown>[]
  },
): Promise<Happening> {
  const { directory, check = false, probes } = options
  const { host = {}, vars = {}, aws } = entries
  const done: string[] = []
  const says: string[] = []
  const module = await loadModule(name)
  await writeFiles(directory, entries)
  const ask = <S extends ProbeSet>(set: S) =>
    answersOf(set, (probe) => {
      done.push(`asks: ${probe.key}`)
      probes?.push(probe)
      return probe.interpret(answerOf(probe, host))
    })
  const cloud = aws === true ? await cloudWithRoles() : undefined
  let params: unknown
  const work = async (): Promise<TaskResult> => {
    const plain = caseContext({ directory, vars: valuesOf(vars), check, diff: true })
    const run = { ...plain.run, aws: (region: string) => Promise.resolve(createClients(region)) }
    const context: ModuleContext = aws === true ? { ...plain, host: 'web01', run } : plain
    params = readParameters(module, args)
    const answers = ask((await module.observe(params as never, context)) as ProbeSet)
    const shared = await module.batch?.open([{ host: 'web01', params, answers } as never], {
      ...context.run,
      signal: context.signal,
    })
    const result = await execute(
      { module, params, answers, context: { ...context, shared: shared?.shared ?? null } },
      {
        look: (set) => Promise.resolve(ask(set)),
        run: ({ says: what, script, stdin = '' }) => {
          says.push(what)
          const text = textOf(script.reveal())
          done.push(`does: ${what}`, `runs: ${text}`)
          done.push(`gives: ${stdin instanceof Secret ? stdin.revealText() : stdin}end of input`)
          const said = output(text, host)
          return Promise.resolve(host.runs === undefined ? said : { ...said, stdout: Buffer.from(host.runs) })
        },
        push: ({ says: what, to }) => {
          says.push(what)
          done.push(`pushes: ${what} ${to}`)
          return Promise.resolve(output('push', host))
        },
        call: ({ says: what, call }, signal) => {
          says.push(what)
          done.push(`calls: ${what}`)
          return call(signal)
        },
        wait: ({ says: what, call }, signal) => {
          says.push(what)
          done.push(`waits: ${what}`)
          return aws === true ? call(signal) : Promise.resolve(null)
        },
        reconnect: ({ says: what, again }) => {
          says.push(what)
          const { delay, sleep, attempt, timeout, probes: asked } = again
          done.push(`reconnects: ${what}, ${JSON.stringify({ delay, sleep, attempt, timeout })}`)
          return Promise.resolve(ask(asked))
        },
        intend: (what) => {
          says.push(what)
          return Promise.resolve()
        },
      },
    )
    if (cloud !== undefined) {
      const activations = cloud.inspect.activations()
      const lives = activations.map(({ created, expires }) => Math.round((expires - created) / 1000))
      done.push(`meanwhile: ${JSON.stringify(activations)} for ${lives.join(' ')} s`)
    }
    await shared?.close()
    return result
  }
  try {
    const raw = await work().catch((error: unknown) => {
      if (error instanceof TaskFailure) return failureResult(error)
      // As the runner has it.
      if (error instanceof AwsFailure) return failureResult(evaluationFailure(error))
      throw error
    })
    const result = coverResult(params, raw)
    done.push(
      `${raw.failed ? 'fails' : 'result'}: ${JSON.stringify({ ...raw, values: toJson(raw.values), facts: toJson(raw.facts as never), gathered: toJson((raw.gathered ?? new Map()) as never) })}`,
    )
    if (cloud !== undefined) {
      const { activations, roles, workspaces } = cloud.inspect
      done.push(`cloud: ${JSON.stringify([activations(), roles(), workspaces(), cloud.requests()])}`)
    }
    return { done, says, result }
  } finally {
    await cloud?.close()
  }
}

/** A script; PowerShell's with its values behind it, a line each. */
function textOf(script: string | PowerShellScript): string {
  if (typeof script === 'string') return script
  const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return [script.text, ...script.values.map((value, at) => `$m${at} = ${shown(value)}`)].join('\n')
}

/** YAML's arguments as values. */
export function valuesOf(object: Readonly<Record<string, Json>>): Map<string, Value> {
  return new Map(Object.entries(object).map(([key, value]) => [key, toValue(value)]))
}

async function cloudWithRoles(): Promise<Cloud> {
  const cloud = await startCloud()
  for (const [key, value] of Object.entries(cloud.environment())) vi.stubEnv(key, value)
  const { iam } = clients(cloud)
  for (const role of ROLES) await makeRole(iam, role)
  return cloud
}

async function writeFiles(
  directory: string,
  { files = {}, debs = {}, archives = {} }: ModuleEntries,
): Promise<void> {
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
