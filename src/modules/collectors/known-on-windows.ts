import type { Known } from './known.ts'

/** A collector on a Windows host: its services, and what is installed of it. */
export interface KnownOnWindows extends Known {
  /** Its set-up program under Programs, by the name of the key or the name for people. Empty for one that comes as an archive. */
  readonly programs: readonly string[]
  /** muster only configures what it finds: service and program are not its own to remove. */
  readonly adopted?: true
}

const HOME = 'C:\\ProgramData\\muster'

// Names of services and programs: facts/windows-collectors.md 2; files: playbooks/tasks/windows.
export const COLLECTORS_ON_WINDOWS: readonly KnownOnWindows[] = [
  {
    name: 'prometheus',
    sends: true,
    units: ['prometheus'],
    mark: `${HOME}\\prometheus\\prometheus.yml`,
    ports: [9090],
    programs: [],
    leaves: [`${HOME}\\prometheus`],
  },
  {
    name: 'grafana-agent',
    sends: true,
    units: ['Grafana Agent'],
    mark: `${HOME}\\grafana-agent\\agent.yaml`,
    ports: [12345, 12346],
    programs: ['Grafana Agent'],
    leaves: [],
  },
  {
    name: 'alloy',
    sends: true,
    units: ['Alloy'],
    mark: `${HOME}\\alloy\\config.alloy`,
    ports: [12345],
    programs: ['Grafana Alloy', 'Alloy'],
    leaves: [`${HOME}\\alloy`, '%ProgramData%\\GrafanaLabs\\Alloy'],
  },
  {
    name: 'otelcol-contrib',
    sends: true,
    units: ['otelcol-contrib'],
    mark: `${HOME}\\otelcol-contrib\\config.yaml`,
    ports: [8888, 13133],
    programs: [],
    leaves: [`${HOME}\\otelcol-contrib`],
  },
  {
    name: 'amazon-cloudwatch-agent',
    sends: true,
    units: ['AmazonCloudWatchAgent'],
    mark: `${HOME}\\amazon-cloudwatch-agent\\amazon-cloudwatch-agent.json`,
    ports: [],
    programs: ['Amazon CloudWatch Agent'],
    leaves: [`${HOME}\\amazon-cloudwatch-agent`],
    adopted: true,
  },
  {
    name: 'windows_exporter',
    sends: false,
    units: ['windows_exporter'],
    mark: `${HOME}\\windows_exporter\\windows_exporter.yml`,
    ports: [9182],
    programs: ['windows_exporter'],
    leaves: [`${HOME}\\windows_exporter`],
  },
]
