/** Label name -> value, `__name__` among them. */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly value: number
  /** The series ended here (Prometheus' staleness marker). */
  readonly stale: boolean
}

export interface Series {
  readonly labels: Labels
  /** By time, newest last; only the newest are kept. */
  readonly samples: readonly Sample[]
}

/** Samples kept of a series: enough for the look-back of an instant query and a test that counts some. */
const KEPT = 128
/** AMP's defaults: how far behind the newest sample another may come, and how old one may be at all. */
const OUT_OF_ORDER_WINDOW = 60_000
const OLDEST = 3_600_000

/** Samples of all workspaces, in memory. */
export class SeriesStore {
  readonly #workspaces = new Map<string, Map<string, { labels: Labels; samples: Sample[] }>>()

  /**
   * Adds a sample.
   * @returns why it is refused, in the words of the server, or null
   */
  append(workspace: string, labels: Labels, sample: Sample, now: number): string | null {
    if (sample.timestamp < now - OLDEST) return `sample timestamp too old: ${sample.timestamp}`
    const { samples } = this.#series(workspace, labels)
    const newest = samples.at(-1)
    if (newest === undefined || sample.timestamp > newest.timestamp) {
      samples.push(sample)
      if (samples.length > KEPT) samples.shift()
      return null
    }
    const same = samples.find(({ timestamp }) => timestamp === sample.timestamp)
    if (same !== undefined) {
      return Object.is(same.value, sample.value) ? null : `duplicate sample for timestamp ${sample.timestamp}`
    }
    if (sample.timestamp < newest.timestamp - OUT_OF_ORDER_WINDOW)
      return `out of order sample: ${sample.timestamp}`
    const at = samples.findIndex(({ timestamp }) => timestamp > sample.timestamp)
    samples.splice(at, 0, sample)
    return null
  }

  #series(workspace: string, labels: Labels): { readonly samples: Sample[] } {
    const all = this.#workspaces.get(workspace) ?? new Map<string, { labels: Labels; samples: Sample[] }>()
    this.#workspaces.set(workspace, all)
    const key = seriesKey(labels)
    const series = all.get(key) ?? { labels, samples: [] }
    all.set(key, series)
    return series
  }

  /** All series of a workspace. */
  all(workspace: string): readonly Series[] {
    return [...(this.#workspaces.get(workspace)?.values() ?? [])]
  }

  drop(workspace: string): void {
    this.#workspaces.delete(workspace)
  }
}

function seriesKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}\x00${labels[name]}`)
    .join('\x01')
}
