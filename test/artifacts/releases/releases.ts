/** A release of a collector as upstream publishes it. */
export interface Release {
  readonly name: 'prometheus' | 'node_exporter'
  readonly version: string
  /** Folder of the release's files. */
  readonly url: string
}

/** A program that no place has but the mirror, as it is made for these tests. */
export interface MirroredProgram {
  readonly name: 'otelcol' | 'grafana-agent'
  readonly version: string
}

const releases = 'https://github.com/prometheus'

/** The releases that the tests use. */
export const RELEASES: readonly [Release, Release] = [
  { name: 'prometheus', version: '3.5.3', url: `${releases}/prometheus/releases/download/v3.5.3` },
  { name: 'node_exporter', version: '1.12.1', url: `${releases}/node_exporter/releases/download/v1.12.1` },
]

/** otelcol holds the parts that ADOT and otelcol-contrib use for this job. */
export const MIRRORED: readonly MirroredProgram[] = [
  { name: 'otelcol', version: '0.145.0' },
  { name: 'grafana-agent', version: '0.44.2' },
]

/** Upstream's name of the archive, and of the folder in it, without its ending. */
export function archiveName(name: string, version: string): string {
  return `${name}-${version}.linux-${process.arch === 'x64' ? 'amd64' : process.arch}`
}

/** An archive in the cache, ready to be an artifact of a playbook. */
export interface Collector {
  readonly name: Release['name'] | MirroredProgram['name']
  readonly version: string
  /** A .tar.gz under upstream's name, with upstream's folder in it. */
  readonly path: string
  /** Hexadecimal. */
  readonly sha256: string
}
