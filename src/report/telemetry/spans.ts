import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { RunEvent } from '../../run/record/events.ts'
import { visible } from '../../values/text/visible.ts'

/** Characters of a message in a span. */
const LONGEST = 1000

type TaskEvent = RunEvent & { readonly type: 'task' }

/** A run as spans: the run, in it its hosts, in each its tasks and the items of their loops. */
export class Spans {
  readonly #tracer: Tracer
  readonly #parent: Context
  readonly #hosts = new Map<string, { readonly span: Span; readonly context: Context; failed: boolean }>()
  #run: { readonly span: Span; readonly context: Context } | undefined

  /** @param traceParent the span of a pipeline that the run belongs to, in the form of W3C's Trace Context */
  constructor(tracer: Tracer, traceParent: string | undefined) {
    this.#tracer = tracer
    this.#parent = readParent(traceParent)
  }

  see(event: RunEvent): void {
    if (event.type === 'run-started') this.#begin(event)
    else if (event.type === 'task') this.#task(event)
    else if (event.type === 'phase') this.#host(event.host)
    else if (event.type === 'stopped') this.#run?.span.addEvent('stopped', { reason: event.reason })
    else if (event.type === 'run-ended') this.#end(event)
  }

  #begin({ run, playbook, mode, check, hosts }: RunEvent & { readonly type: 'run-started' }): void {
    const attributes = {
      'muster.run': run,
      'muster.playbook': playbook,
      'muster.mode': mode,
      'muster.check': check,
      'muster.hosts': hosts,
    }
    const span = this.#tracer.startSpan(`muster ${mode}`, { attributes }, this.#parent)
    this.#run = { span, context: trace.setSpan(this.#parent, span) }
  }

  #host(name: string) {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const above = this.#run?.context ?? this.#parent
    const span = this.#tracer.startSpan(name, { attributes: { 'muster.host': name } }, above)
    const made = { span, context: trace.setSpan(above, span), failed: false }
    this.#hosts.set(name, made)
    return made
  }

  #task(event: TaskEvent): void {
    const host = this.#host(event.host)
    const end = Date.now()
    const name = visible(event.item === undefined ? event.task : `${event.task} (${event.item})`)
    const span = this.#tracer.startSpan(
      name === '' ? event.status : name,
      { startTime: end - event.seconds * 1000, attributes: attributesOf(event) },
      host.context,
    )
    if (['failed', 'unreachable', 'unknown'].includes(event.status)) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: shown(event.message ?? event.status) })
      if (event.item === undefined) host.failed = true
    }
    span.end(end)
  }

  #end({ exitCode, interrupted, failures }: RunEvent & { readonly type: 'run-ended' }): void {
    for (const [, host] of this.#hosts) {
      if (host.failed) host.span.setStatus({ code: SpanStatusCode.ERROR })
      host.span.end()
    }
    const span = this.#run?.span
    span?.setAttributes({ 'muster.exit_code': exitCode, 'muster.interrupted': interrupted })
    if (exitCode !== 0 && failures.length > 0)
      span?.setStatus({ code: SpanStatusCode.ERROR, message: shown(failures[0]!.message) })
    span?.end()
  }
}

function attributesOf({ host, play, module, status, handler, position, message }: TaskEvent): Attributes {
  return {
    'muster.host': host,
    'muster.play': play,
    'muster.module': module,
    'muster.status': status,
    'muster.handler': handler,
    ...(position === undefined ? {} : { 'code.file.path': position.file, 'code.line.number': position.line }),
    ...(message === undefined ? {} : { 'muster.message': shown(message) }),
  }
}

function shown(text: string): string {
  return visible(text).slice(0, LONGEST)
}

const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** What is no trace's parent counts as none, as W3C's Trace Context has it. */
function readParent(written: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(written?.trim() ?? '') ?? []
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags!, 16)
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}
