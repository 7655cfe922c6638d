import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import manifest from '../../../package.json' with { type: 'json' }
import type { Listener, RunEvent } from '../../run/record/events.ts'
import type { TelemetryChoice } from './choose.ts'
import { countRun } from './metrics.ts'
import { Spans } from './spans.ts'

/** Spans that may wait to be sent: a fleet's tasks come faster than they are sent, and none may be lost. */
const MOST_WAITING = 200_000

/**
 * A listener that sends spans while the run goes on, and the metrics at its end. What cannot be sent is one line for `warn`;
 * the process lives until all is sent or given up.
 */
export function exporting(
  choice: TelemetryChoice,
  environment: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): Listener {
  const told = new Set<string>()
  const tell = (message: string) => {
    if (told.has(message)) return
    told.add(message)
    warn(`warning: OpenTelemetry: ${message}`)
  }
  const silent = () => {}
  diag.setLogger(
    {
      error: (message) => tell(readable(message)),
      warn: silent,
      info: silent,
      debug: silent,
      verbose: silent,
    },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
  const resource = resourceFromAttributes({
    'service.name': 'muster',
    'service.version': manifest.version,
  }).merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))
  const httpAgentOptions = (protocol: string) =>
    protocol === 'http:'
      ? new HttpAgent({ proxyEnv: environment, keepAlive: false })
      : new HttpsAgent({ proxyEnv: environment, keepAlive: false })
  const tracing = choice.traces
    ? new TracerProvider({
        resource,
        spanProcessors: [
          new BatchSpanProcessor({
            exporter: new OTLPTraceExporter({ httpAgentOptions }),
            maxQueueSize: MOST_WAITING,
          }),
        ],
      })
    : undefined
  const metering = choice.metrics
    ? new MeterProvider({
        resource,
        readers: [
          new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ httpAgentOptions }) }),
        ],
      })
    : undefined
  const spans =
    tracing === undefined
      ? undefined
      : new Spans(tracing.getTracer('muster', manifest.version), environment['TRACEPARENT'])
  return (event: RunEvent) => {
    spans?.see(event)
    if (event.type !== 'run-ended') return
    if (metering !== undefined) countRun(metering.getMeter('muster', manifest.version), event)
    for (const provider of [tracing, metering])
      void provider?.shutdown().catch((error: Error) => tell(error.message))
  }
}

/** The library logs errors as JSON with their stacks. */
function readable(message: string): string {
  try {
    const { message: said } = JSON.parse(message) as { readonly message?: string }
    return said ?? message
  } catch {
    return message
  }
}
