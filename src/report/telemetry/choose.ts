import type { Listener } from '../../run/record/events.ts'

/** What of a run is sent by OTLP, as OpenTelemetry's own variables say. */
export interface TelemetryChoice {
  readonly traces: boolean
  readonly metrics: boolean
  /** Why something that the variables ask for is not sent. */
  readonly warnings: readonly string[]
}

/**
 * Reads OTEL_EXPORTER_OTLP_ENDPOINT and its like (OpenTelemetry's specification: "Environment Variable Specification", "OTLP
 * Exporter Configuration"): without an address nothing is sent, also with OTEL_SDK_DISABLED, or where an exporter is `none`.
 */
export function chooseTelemetry(environment: NodeJS.ProcessEnv): TelemetryChoice {
  const read = (name: string) => environment[name]?.trim() || undefined
  const warnings: string[] = []
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { traces: false, metrics: false, warnings }
  const wanted = (signal: 'TRACES' | 'METRICS'): boolean => {
    const address = read(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? read('OTEL_EXPORTER_OTLP_ENDPOINT')
    if (address === undefined) return false
    const exporters = (read(`OTEL_${signal}_EXPORTER`) ?? 'otlp').split(',').map((word) => word.trim())
    const others = exporters.filter((name) => name !== 'otlp' && name !== 'none')
    if (others.length > 0)
      warnings.push(`OTEL_${signal}_EXPORTER: ${others.join(', ')} is not obeyed: muster sends by otlp only`)
    if (!exporters.includes('otlp')) return false
    const protocol =
      read(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/json'
    if (protocol === 'grpc') {
      warnings.push(
        `no ${signal.toLowerCase()} are sent: muster speaks OTLP over HTTP and not grpc; set OTEL_EXPORTER_OTLP_PROTOCOL=http/json and the address of that port (4318)`,
      )
      return false
    }
    return true
  }
  return { traces: wanted('TRACES'), metrics: wanted('METRICS'), warnings }
}

/** Sends the run's traces and metrics, where the environment names an address. The programs for it are loaded only then. */
export async function telemetry(
  environment: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): Promise<Listener | undefined> {
  const choice = chooseTelemetry(environment)
  for (const warning of choice.warnings) warn(`warning: ${warning}`)
  if (!choice.traces && !choice.metrics) return undefined
  const { exporting } = await import('./exporting.ts')
  return exporting(choice, environment, warn)
}
