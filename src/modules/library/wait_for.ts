import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines } from '../../shell/sh.ts'
import type { PythonRegex } from '../../template/python/regex/regex.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule, look, type Outcome } from '../module.ts'
import type { Text } from '../parameters.ts'
import { conditionFunction, pathKind, type WaitParameters } from '../waiting/condition.ts'
import { type Look, lookOnce, lookUntil, NO_GROUPS, readLook, readWait, type Wait } from '../waiting/look.ts'
import { pause, WAIT_PARAMETERS } from '../waiting/parameters.ts'

export default defineModule({
  name: 'wait_for',
  runsOn: 'host',
  documentation: {
    summary: 'Waits until a port answers, a file is there, or a text is in it.',
    notes: [
      'Never changed. A condition that holds when muster looks costs no request of its own.',
      'Everything is looked at from the host. Ports need bash, curl or nc there.',
      'Of a file larger than 500 kB search_regex sees the end.',
    ],
    examples: `
- name: collector answers
  wait_for: { port: 9090, timeout: 60 }
- name: service says that it is ready
  wait_for: { path: /var/log/app.log, search_regex: 'ready in \\d+ ms' }
`,
    returns: {
      elapsed: 'seconds waited',
      state: 'the state waited for; of a path that is there, its kind',
      'match_groups, match_groupdict': 'what the groups of search_regex matched',
    },
  },
  spec: {
    parameters: {
      ...WAIT_PARAMETERS,
      path: { type: 'path', doc: 'A file.' },
      search_regex: {
        type: 'str',
        doc: "Python's regular expression, looked for in the file or in what the port sends.",
      },
      msg: { type: 'str', doc: 'Message when the time is over.' },
    },
  },

  observe(params) {
    const wait = waitOf(params)
    const nothing = params.port === undefined && params.path === undefined
    return { first: nothing || params.delay > 0 ? undefined : onceProbe(wait) }
  },

  async *converge(params, { first }, context) {
    if (context.check) return { skipped: true }
    const wait = waitOf(params)
    const start = performance.now()
    const about: Record<string, Value> = {
      path: params.path ?? null,
      port: params.port ?? null,
      search_regex: params.search_regex ?? null,
    }
    const elapsed = () => Math.round((performance.now() - start) / 1000)
    const done = (seen: Look): Outcome => ({
      result: { ...about, state: seen.kind ?? params.state, ...seen.groups, elapsed: elapsed() },
    })
    if (first?.holds) return done(first)
    if (params.port === undefined && params.path === undefined) {
      yield pause(params.timeout)
      return { result: { ...about, state: params.state, ...NO_GROUPS, elapsed: elapsed() } }
    }
    const words = what(params.path, String(params.host), params.port)
    if (wait.regex === null) {
      const { seen } = yield* look(`wait for ${words}`, {
        seen: scriptProbe(lookUntil(wait, params), (output) => readLook(output, wait)),
      })
      if (seen.holds) return done(seen)
    } else {
      // The pattern is Python's, which no tool of the host understands: the host reads, the controller looks.
      if (params.delay > 0) yield pause(params.delay)
      do {
        const { seen } = yield* look(`look for ${params.search_regex} in ${words}`, { seen: onceProbe(wait) })
        if (seen.holds) return done(seen)
        if (performance.now() - start >= params.timeout * 1000) break
        yield pause(params.sleep)
      } while (performance.now() - start < params.timeout * 1000)
    }
    throw new TaskFailure(
      params.msg === undefined
        ? timeoutWords(words, params.state, params.path, wait.regex, params.search_regex)
        : String(params.msg),
      {
        result: { elapsed: elapsed() },
      },
    )
  },
})

function waitOf(
  params: Omit<WaitParameters, 'text' | 'host'> & { host: Text; search_regex: Text | undefined },
): Wait {
  return readWait({ ...params, host: revealText(params.host) }, revealText(params.search_regex))
}

/** One look. */
function onceProbe(wait: Wait): Probe<Look> {
  const script = lines([
    conditionFunction(wait.params),
    ...(wait.params.path === undefined ? [] : [pathKind]),
    lookOnce(wait),
  ])
  return scriptProbe(script, (output) => readLook(output, wait))
}

function what(path: string | undefined, host: string, port: number | undefined): string {
  return path ?? `${host}:${port}`
}

function timeoutWords(
  words: string,
  state: WaitParameters['state'],
  path: string | undefined,
  regex: PythonRegex | null,
  pattern: Value | undefined,
): string {
  if (regex !== null) return `Timeout when waiting for search string ${pattern} in ${words}`
  if (path !== undefined && state !== 'absent') return `Timeout when waiting for file ${words}`
  const end = {
    absent: path === undefined ? ' to stop.' : ' to be absent.',
    stopped: ' to stop.',
    drained: ' to drain',
    present: '',
    started: '',
  }
  return `Timeout when waiting for ${words}${end[state]}`
}
