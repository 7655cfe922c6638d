import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AwsFailure } from '../aws/errors.ts'
import { callerIdentity, chooseRegion } from '../aws/identity.ts'
import { loadModule } from '../modules/registry.ts'
import { OMIT, TemplateError } from '../template/api.ts'
import { createEngine } from '../template/engine.ts'
import { placeOf } from '../values/places.ts'
import { InputError, type Problem } from '../values/problem.ts'
import { isDict, type Value } from '../values/value.ts'
import { settingsOf } from './host-link.ts'
import type { PlannedPlay } from './play-run.ts'
import { newHost, type RunState } from './run-state.ts'
import { scopeFor } from './variables.ts'
import { loadVarsFiles } from './vars-files.ts'

/** Modules that call AWS on behalf of the user. */
const AWS_MODULES = new Set(['iam_role', 'amp_workspace', 'ssm_registration', 'amp_series'])

/**
 * Checks what can be known before a connection and is not the playbook's grammar: the artifacts that the variables
 * name (there, and with the checksum given), variable files, and who we are to AWS. All mistakes at once.
 * @throws InputError
 */
export async function preflight(run: RunState, plays: readonly PlannedPlay[]): Promise<void> {
  const problems: Problem[] = []
  const seen = new Set<Value>()
  const checksums = new Map<string, Promise<string>>()
  for (const planned of plays) {
    for (const host of planned.hosts) {
      const variables = {
        play: planned.play,
        name: planned.name,
        allHosts: planned.hosts,
        batch: planned.hosts,
        files: new Map<string, Value>(),
      }
      const state = newHost(host)
      try {
        const files = await loadVarsFiles(run, state, variables)
        // Mistakes in how to reach a host belong here too.
        settingsOf(run, state, { ...variables, files })
        const scope = scopeFor(run, state, { ...variables, files }, { known: new Map(), pending: new Set() })
        const written = scope.lookup('artifacts')
        if (written === undefined || seen.has(written)) continue
        seen.add(written)
        const artifacts = createEngine(scope, run.home).resolve(written)
        if (artifacts !== OMIT)
          problems.push(...(await checkArtifacts(artifacts, written, run.home.directory, checksums)))
      } catch (error) {
        if (error instanceof InputError) problems.push(...error.problems)
        else if (error instanceof TemplateError)
          problems.push({ message: error.message, position: error.position })
        else throw error
      }
    }
  }
  problems.push(...(await checkBatchTasks(plays)))
  if (problems.length > 0) throw new InputError(distinct(problems))
  await checkIdentity(run, plays)
}

async function checkArtifacts(
  artifacts: Value,
  written: Value,
  directory: string,
  checksums: Map<string, Promise<string>>,
): Promise<Problem[]> {
  const position = placeOf(written)
  if (!isDict(artifacts))
    return [{ message: 'artifacts must be a mapping of names to {path, sha256}', position }]
  const problems: Problem[] = []
  for (const [name, artifact] of artifacts) {
    const source = isDict(written) ? written.get(name) : undefined
    const at = (key: string) => placeOf(source ?? null, key) ?? placeOf(written, name) ?? position
    if (!isDict(artifact)) {
      problems.push({
        message: `artifact '${String(name)}' must be a mapping with path and sha256`,
        position: at(''),
      })
      continue
    }
    const path = artifact.get('path')
    const sha256 = artifact.get('sha256')
    if (typeof path !== 'string' || path === '') {
      problems.push({
        message: `artifact '${String(name)}' has no path`,
        position: at('path'),
        hint: 'give the path of the file on this machine, relative to the playbook or absolute',
      })
      continue
    }
    if (typeof sha256 !== 'string' || !/^[0-9a-fA-F]{64}$/.test(sha256)) {
      problems.push({
        message: `artifact '${String(name)}' needs its sha256 (64 hexadecimal digits)`,
        position: at('sha256'),
        hint: `take it from upstream's list of checksums, not from the file you have`,
      })
      continue
    }
    const full = resolve(directory, path)
    const found = await stat(full).catch(() => undefined)
    if (found?.isFile() !== true) {
      problems.push({
        message: `artifact '${String(name)}': there is no file ${full}`,
        position: at('path'),
        hint: 'fetch it first, or correct its path',
      })
      continue
    }
    let checksum = checksums.get(full)
    if (checksum === undefined) {
      checksum = sha256Of(full)
      checksums.set(full, checksum)
    }
    const actual = await checksum
    if (actual !== sha256.toLowerCase())
      problems.push({
        message: `artifact '${String(name)}': ${full} has sha256 ${actual}, not ${sha256.toLowerCase()}`,
        position: at('sha256'),
        hint: 'it is another version, or was damaged or replaced: fetch it again and compare with upstream',
      })
  }
  return problems
}

async function checkBatchTasks(plays: readonly PlannedPlay[]): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const { tasks } of plays)
    for (const task of tasks) {
      if (task.loop === undefined || (await loadModule(task.module)).batch === undefined) continue
      problems.push({
        message: `${task.module} cannot be looped: it is opened once for all hosts of a batch`,
        position: task.position,
      })
    }
  return problems
}

async function checkIdentity(run: RunState, plays: readonly PlannedPlay[]): Promise<void> {
  const needed = plays.find(
    ({ tasks, hosts }) => hosts.length > 0 && tasks.some((task) => AWS_MODULES.has(task.module)),
  )
  if (needed === undefined) return
  const task = needed.tasks.find((each) => AWS_MODULES.has(each.module))
  try {
    await callerIdentity(await run.context.aws(chooseRegion(undefined)), run.signal)
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    throw new InputError([{ message: error.message, position: task?.position, hint: error.hint }])
  }
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = JSON.stringify(problem)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
