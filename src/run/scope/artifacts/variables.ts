import type { Artifact, ArtifactsFile } from '../../../artifacts/artifact.ts'
import { pathIn } from '../../../artifacts/folder.ts'
import { readArtifacts } from '../../../artifacts/read.ts'
import { resolveArtifact } from '../../../artifacts/resolve.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { OMIT, type TemplateEngine, TemplateError } from '../../../template/api.ts'
import { createEngine } from '../../../template/engine.ts'
import { placeOf, rememberPlaces } from '../../../values/places.ts'
import type { Position } from '../../../values/position.ts'
import { InputError, type Problem } from '../../../values/problem.ts'
import { didYouMean } from '../../../values/text/nearest.ts'
import { type Dict, isDict, type Key, type Value } from '../../../values/value.ts'
import { type ArtifactUses, artifactUses } from '../../preflight/artifact-uses.ts'
import { type HostState, newHost, type RunState } from '../../run-state.ts'
import { LazyDict } from '../scope.ts'
import { OUTSIDE, type PlayVariables, scopeFor } from '../variables.ts'
import { type ArtifactSettings, readArtifactSettings } from './settings.ts'

/**
 * The variable `artifacts` of a host where `artifacts_file` names an artifacts.yaml: what the play's tasks use of it, for
 * the host's platform and architecture. Reading an entry that was not checked before the run is an error that says what
 * to do, since the file would reach the host unchecked.
 */
export class PinnedArtifacts extends LazyDict {
  constructor(entries: ReadonlyMap<Key, Value>, file: ArtifactsFile) {
    super(
      () => [...entries.keys()].map(String),
      (name) => {
        const entry = entries.get(name)
        if (entry !== undefined || !file.products.includes(name)) return entry
        throw new TemplateError(
          `artifact '${name}' was not checked before the run, since no template shows that it is used: list it in artifacts_needed`,
        )
      },
    )
  }
}

/** What is the same for many hosts of a run. */
interface Known {
  readonly files: Map<string, Promise<ArtifactsFile>>
  readonly expanded: Map<string, PinnedArtifacts>
}

const ofRuns = new WeakMap<RunState, Known>()

/**
 * `artifacts` for a host as `artifacts_file` gives it, with the entries of the variable `artifacts` on top; undefined
 * where there is no `artifacts_file`. Results and facts have no say in it.
 * @throws InputError
 */
export async function expandArtifacts(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  tasks: readonly Task[],
): Promise<PinnedArtifacts | undefined> {
  const scope = scopeFor(run, newHost(host.name), play, OUTSIDE)
  const engine = createEngine(scope, run.home)
  const settings = readArtifactSettings(run, engine, scope, host.name)
  if (settings === undefined) return undefined
  const { files, expanded } = knownOf(run)
  const file = await once(files, settings.file, () => readArtifacts(settings.file))
  const explicit = explicitEntries(engine, scope.lookup('artifacts'))
  const uses = await artifactUses(run, play.play, tasks, scope)
  const products = neededProducts(file, settings, uses, explicit)
  const key = JSON.stringify([settings, products])
  const shared = explicit.size === 0 ? expanded.get(key) : undefined
  if (shared !== undefined) return shared
  const entries = new Map([...pinnedEntries(file, settings, products), ...explicit])
  const artifacts = new PinnedArtifacts(entries, file)
  const places = [...entries].map(([name, entry]) => [name, placeOf(entry) ?? { file: file.path }] as const)
  rememberPlaces(artifacts, { file: file.path }, new Map(places))
  if (explicit.size === 0) expanded.set(key, artifacts)
  return artifacts
}

function knownOf(run: RunState): Known {
  let known = ofRuns.get(run)
  if (known === undefined) {
    known = { files: new Map(), expanded: new Map() }
    ofRuns.set(run, known)
  }
  return known
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

/** The variable `artifacts` itself, evaluated, each entry with its place. */
function explicitEntries(engine: TemplateEngine, written: Value | undefined): Dict {
  const entries: Dict = new Map()
  if (written === undefined || written === null) return entries
  const resolved = engine.resolve(written)
  if (resolved === OMIT) return entries
  if (!isDict(resolved))
    throw new InputError([
      { message: 'artifacts must be a mapping of names to {path, sha256}', position: placeOf(written) },
    ])
  for (const [name, entry] of resolved) {
    const source = isDict(written) ? (written.get(name) ?? null) : null
    const whole = placeOf(source) ?? placeOf(written, name)
    if (isDict(entry) && whole !== undefined) {
      const keys = [...entry.keys()].map((key) => [key, placeOf(source, key) ?? whole] as const)
      rememberPlaces(entry, whole, new Map(keys))
    }
    entries.set(name, entry)
  }
  return entries
}

/** The products that the file has to give, sorted. @throws InputError for names that nothing gives, or that cannot be seen */
function neededProducts(
  file: ArtifactsFile,
  settings: ArtifactSettings,
  uses: ArtifactUses,
  explicit: Dict,
): string[] {
  const problems: Problem[] = []
  const products = new Set<string>()
  const need = (name: string, position: Position | undefined) => {
    if (explicit.has(name)) return
    if (file.products.includes(name)) products.add(name)
    else if (!uses.optional.has(name))
      problems.push({
        message: `${file.path} has no product '${name}'`,
        position,
        hint: didYouMean(name, [...file.products, ...[...explicit.keys()].map(String)]),
      })
  }
  for (const [name, position] of uses.names) need(name, position)
  for (const name of settings.needed ?? []) need(name, undefined)
  if (settings.needed === undefined)
    for (const position of uses.open)
      problems.push({
        message: 'which artifacts are used here does not show before the run',
        position,
        hint: 'name them in the variable artifacts_needed: [prometheus, ...]',
      })
  if (problems.length > 0) throw new InputError(problems)
  return [...products].sort()
}

function pinnedEntries(
  file: ArtifactsFile,
  settings: ArtifactSettings,
  products: readonly string[],
): [Key, Dict][] {
  const problems: Problem[] = []
  const entries = products.flatMap((product): [Key, Dict][] => {
    try {
      return [[product, entryOf(resolveArtifact(file, product, settings), settings.folder)]]
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(...error.problems)
      return []
    }
  })
  if (problems.length > 0) throw new InputError(problems)
  return entries
}

/** What playbooks read of an artifact; the keys that a hand-written entry has, and where it comes from. */
function entryOf(artifact: Artifact, folder: string): Dict {
  const entry: Dict = new Map<Key, Value>([
    ['path', pathIn(folder, artifact)],
    ['version', artifact.packageVersion ?? artifact.version],
    ['platform', artifact.platform],
    ['arch', artifact.architecture],
    ['url', artifact.url],
    ['delivery', artifact.delivery],
  ])
  if (artifact.sha256 !== undefined) entry.set('sha256', artifact.sha256)
  if (artifact.authenticode !== undefined) entry.set('signer', artifact.authenticode)
  rememberPlaces(entry, artifact.position, new Map())
  return entry
}
