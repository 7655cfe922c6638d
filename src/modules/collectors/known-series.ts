/** A series that tells something of what sends from a host. */
export interface KnownSeries {
  /** A plain selector, without the labels of the host. */
  readonly selector: string
  /** What sends it by this alone; undefined for one that several do. */
  readonly of?: string
}

/** What every collector of the playbooks sends, since each of them also reads node_exporter or has it built in. */
export const COMMON_SERIES: readonly string[] = [
  'up',
  'node_netstat_Tcp_InSegs',
  'go_gc_duration_seconds_count',
]

/**
 * The series that collectors are known to send: the common ones, and of each program the one that says which it is.
 * (The name of the OpenTelemetry collector's uptime has had several endings.)
 */
export const KNOWN_SERIES: readonly KnownSeries[] = [
  ...COMMON_SERIES.map((selector) => ({ selector })),
  { selector: 'prometheus_build_info', of: 'prometheus' },
  { selector: 'agent_build_info', of: 'grafana-agent' },
  { selector: 'alloy_build_info', of: 'alloy' },
  { selector: '{__name__=~"otelcol_process_uptime.*"}', of: 'otelcol' },
  { selector: 'cpu_usage_idle', of: 'amazon-cloudwatch-agent' },
  { selector: 'vm_app_version{version=~"vmagent-.*"}', of: 'vmagent' },
  { selector: 'node_exporter_build_info', of: 'node_exporter' },
  { selector: 'windows_exporter_build_info', of: 'windows_exporter' },
]

/**
 * What windows_exporter, and Alloy that has it built in, send of a Windows host under the same names in all versions from
 * 0.25 to 0.31 (facts/windows-collectors.md 2.6, 2.7).
 */
export const WINDOWS_SERIES: readonly string[] = [
  'windows_cpu_time_total',
  'windows_logical_disk_free_bytes',
  'windows_logical_disk_size_bytes',
  'windows_net_bytes_received_total',
  'windows_net_bytes_sent_total',
]
