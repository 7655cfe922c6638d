import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileHash } from './artifact-file.ts'
import { fromDebian } from './from-debian.ts'
import { fromMirror } from './from-mirror.ts'
import { fromUpstream } from './from-upstream.ts'
import { type Collector, RELEASES, type Release } from './releases.ts'

export type { Collector } from './releases.ts'

/** Real collectors for the test hosts. */
export interface Collectors {
  /** Prometheus with promtool. Versions before 3 name their agent mode `--enable-feature=agent`. */
  readonly prometheus: Collector
  readonly nodeExporter: Collector
  /** Where they came from, for the output of whatever uses them. */
  readonly source: string
}

/** Options of {@link collectors}, for its own tests. */
export interface CollectorsOptions {
  readonly mirror?: string | undefined
  readonly cache?: string
}

/**
 * Prometheus and node_exporter as upstream's .tar.gz: from the mirror that MUSTER_ARTIFACTS names (a folder or a URL),
 * else from upstream's release, else from a Debian release whose Prometheus can sign. Kept in the cache.
 *
 * @throws Error with the reason of each place that was tried
 */
export async function collectors(options: CollectorsOptions = {}): Promise<Collectors> {
  const mirror = 'mirror' in options ? options.mirror : process.env['MUSTER_ARTIFACTS']
  const cache = options.cache ?? join(import.meta.dirname, '..', '..', '..', '.cache', 'artifacts')
  if (mirror) {
    return described(
      await each((release) => fromMirror(mirror, release, cache)),
      'the mirror in MUSTER_ARTIFACTS',
    )
  }
  // Where upstream cannot be reached, finding that out takes a while; so what was found once is found again.
  const note = join(cache, 'found.json')
  const noted = await readFound(note)
  if (noted !== undefined) return noted
  const found = await firstOf([
    async () => described(await each((release) => fromUpstream(release, cache)), "upstream's releases"),
    async () =>
      described(await fromDebian(RELEASES, cache), "Debian trixie's packages (upstream cannot be reached)"),
  ])
  await writeFile(note, JSON.stringify(found))
  return found
}

/** One release after the other, so that nothing goes on when one fails. */
async function each(find: (release: Release) => Promise<Collector>): Promise<Collector[]> {
  const found: Collector[] = []
  for (const release of RELEASES) found.push(await find(release))
  return found
}

/** What the first of several ways gives that works. @throws AggregateError with the reason of each */
async function firstOf(ways: readonly (() => Promise<Collectors>)[]): Promise<Collectors> {
  const failures: Error[] = []
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      failures.push(error as Error)
    }
  }
  throw new AggregateError(
    failures,
    `no collectors: ${failures.map(({ message }) => message).join('; ')}. Set MUSTER_ARTIFACTS to a folder or URL that has them.`,
  )
}

/** An earlier result, when its files are still what they were. */
async function readFound(note: string): Promise<Collectors | undefined> {
  const text = await readFile(note, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const found: Collectors = JSON.parse(text)
  for (const { path, sha256 } of [found.prometheus, found.nodeExporter]) {
    if ((await fileHash(path).catch(() => undefined)) !== sha256) return undefined
  }
  return found
}

function described(found: readonly Collector[], from: string): Collectors {
  const [prometheus, nodeExporter] = found as [Collector, Collector]
  return {
    prometheus,
    nodeExporter,
    source: `Prometheus ${prometheus.version} and node_exporter ${nodeExporter.version} from ${from}`,
  }
}
