/** What is known of a collector on any host. */
export interface Known {
  /** As in `artifacts` and in the module's parameter. */
  readonly name: string
  /** False for an exporter: it is read by a collector, sends nothing itself, and stays when collectors change. */
  readonly sends: boolean
  /** Units of systemd or services of Windows, the collector's own first. */
  readonly units: readonly [string, ...string[]]
  /** A file with {@link MARK}: tells what muster set up from what was on the host before. */
  readonly mark: string
  /** TCP ports that muster's configuration listens on. */
  readonly ports: readonly number[]
  /** Files and folders that a removal of the package leaves behind, or that no package knows. */
  readonly leaves: readonly string[]
}

/** A program that muster's playbooks set up to collect metrics, and everything of it that stays on a host. */
export interface KnownCollector extends Known {
  /** Names of its package; .deb and .rpm call it the same. Empty for one that comes as an archive. */
  readonly packages: readonly string[]
  /** The user and group that it runs as. */
  readonly user: string
  /** Beginnings of the names of folders with unpacked archives, one folder a version. */
  readonly unpacked: readonly string[]
}

/** Stands in every file that muster writes. */
export const MARK = 'Written by muster'

// Layouts: facts/collectors.md 4 (each product's own package or archive) and playbooks/templates.
export const KNOWN_COLLECTORS: readonly KnownCollector[] = [
  {
    name: 'prometheus',
    sends: true,
    units: ['prometheus.service'],
    mark: '/etc/systemd/system/prometheus.service',
    packages: [],
    ports: [9090],
    user: 'prometheus',
    leaves: ['/etc/prometheus', '/var/lib/prometheus'],
    unpacked: ['/opt/muster/prometheus-'],
  },
  {
    name: 'grafana-agent',
    sends: true,
    units: ['grafana-agent.service'],
    mark: '/etc/systemd/system/grafana-agent.service.d/50-muster.conf',
    packages: ['grafana-agent'],
    ports: [12345, 12346],
    user: 'grafana-agent',
    leaves: ['/etc/grafana-agent.yaml', '/etc/default/grafana-agent', '/var/lib/grafana-agent'],
    unpacked: [],
  },
  {
    name: 'alloy',
    sends: true,
    units: ['alloy.service'],
    mark: '/etc/systemd/system/alloy.service.d/50-muster.conf',
    packages: ['alloy'],
    ports: [12345],
    user: 'alloy',
    leaves: ['/etc/alloy', '/etc/default/alloy', '/var/lib/alloy'],
    unpacked: [],
  },
  {
    name: 'adot',
    sends: true,
    units: ['aws-otel-collector.service'],
    mark: '/etc/systemd/system/aws-otel-collector.service.d/50-muster.conf',
    packages: ['aws-otel-collector'],
    ports: [8888, 13133],
    user: 'aoc',
    leaves: ['/opt/aws/aws-otel-collector'],
    unpacked: [],
  },
  {
    name: 'otelcol-contrib',
    sends: true,
    units: ['otelcol-contrib.service'],
    mark: '/etc/systemd/system/otelcol-contrib.service.d/50-muster.conf',
    packages: ['otelcol-contrib'],
    ports: [8888, 13133],
    user: 'otelcol-contrib',
    leaves: ['/etc/otelcol-contrib', '/var/lib/otelcol-contrib'],
    unpacked: [],
  },
  {
    name: 'amazon-cloudwatch-agent',
    sends: true,
    units: ['amazon-cloudwatch-agent.service'],
    mark: '/etc/systemd/system/amazon-cloudwatch-agent.service.d/50-muster.conf',
    packages: ['amazon-cloudwatch-agent'],
    ports: [],
    user: 'cwagent',
    leaves: ['/opt/aws/amazon-cloudwatch-agent', '/etc/muster/cloudwatch-agent'],
    unpacked: [],
  },
  {
    name: 'vmagent',
    sends: true,
    units: ['vmagent.service', 'muster-credentials.socket'],
    mark: '/etc/systemd/system/vmagent.service',
    packages: [],
    ports: [8429, 19110],
    user: 'vmagent',
    leaves: [
      '/etc/vmagent',
      '/var/lib/vmagent',
      '/etc/systemd/system/muster-credentials.socket',
      '/etc/systemd/system/muster-credentials@.service',
      '/usr/local/lib/muster/credentials-server',
      '/etc/muster/credentials-token',
    ],
    unpacked: ['/opt/muster/vmutils-'],
  },
  {
    name: 'node_exporter',
    sends: false,
    units: ['node_exporter.service'],
    mark: '/etc/systemd/system/node_exporter.service',
    packages: [],
    ports: [9100],
    user: 'node_exporter',
    leaves: [],
    unpacked: ['/opt/muster/node_exporter-'],
  },
]
