import { field, readFields } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { PythonError } from '../../template/python/error.ts'
import { type PythonRegex, pythonRegex } from '../../template/python/regex/regex.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import { conditionFunction, pathKind, type WaitParameters } from './condition.ts'

/** What is waited for. */
export interface Wait {
  readonly params: WaitParameters
  readonly regex: PythonRegex | null
}

/** What a look found. */
export interface Look {
  readonly holds: boolean
  readonly kind: string | undefined
  readonly groups: Readonly<Record<string, Value>>
}

export const NO_GROUPS = { match_groups: [], match_groupdict: new Map<string, Value>() }

/** @throws TaskFailure for parameters that cannot go together, in Ansible's words */
export function readWait(params: Omit<WaitParameters, 'text'>, pattern: string | undefined): Wait {
  if (params.port !== undefined && params.path !== undefined)
    throw new TaskFailure('port and path parameter can not both be passed to wait_for')
  if (params.path !== undefined && (params.state === 'stopped' || params.state === 'drained'))
    throw new TaskFailure(
      `state=${params.state} should only be used for checking a port in the wait_for module`,
    )
  const searches = params.state === 'started' || params.state === 'present'
  if (pattern === undefined || !searches) return { params: { ...params, text: false }, regex: null }
  const regex = told('Invalid regular expression', () => pythonRegex(pattern, { multiline: true }))
  return { params: { ...params, text: true }, regex }
}

/** A mistake in a pattern, or one that takes too long on a host's text, fails the task. */
function told<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw new TaskFailure(`${what}: ${error.message}`)
  }
}

/** One look. */
export function lookOnce(wait: Wait): ShellText {
  const kind = wait.params.path === undefined ? sh`:` : sh`printf 'kind\0%s\0' "$(m_kind)"`
  return wait.params.text
    ? sh`${kind}; printf 'rest\0'; m_check || [ $? != 9 ] || exit 9`
    : sh`${kind}; m_check; printf 'status\0%s\0' $?`
}

/** Looks until it holds or the time is over, then once more for the answer. */
export function lookUntil(wait: Wait, params: { timeout: number; sleep: number; delay: number }): ShellText {
  return lines([
    conditionFunction(wait.params),
    ...(wait.params.path === undefined ? [] : [pathKind]),
    sh`m_end=$(( $(date +%s) + ${params.timeout} ))
[ ${params.delay} = 0 ] || sleep ${params.delay}
while :; do
  m_check && break; m_s=$?
  [ "$m_s" != 9 ] && [ "$(date +%s)" -lt "$m_end" ] || break
  sleep ${params.sleep}
done`,
    lookOnce(wait),
  ])
}

/** @throws TaskFailure when the host has no tool to look with, or the pattern takes too long on what it says */
export function readLook(output: Output, wait: Wait): Look {
  if (output.rc === 9) throw noTool()
  const fields = readFields(output, 'wait')
  const kind = field(fields, 'kind')?.toString('latin1')
  const { regex } = wait
  if (regex !== null) {
    const text = (field(fields, 'rest') ?? Buffer.alloc(0)).toString('utf8')
    const match = told('search_regex', () => regex.search(text))
    if (match === null) return { holds: false, kind, groups: NO_GROUPS }
    const named = Object.entries(match.groups ?? {}).map(([name, text]): [string, Value] => [
      name,
      text ?? null,
    ])
    return {
      holds: true,
      kind,
      groups: { match_groups: match.slice(1).map((text) => text ?? null), match_groupdict: new Map(named) },
    }
  }
  const status = field(fields, 'status')?.toString('latin1')
  if (status === '9') throw noTool()
  return { holds: status === '0', kind, groups: NO_GROUPS }
}

function noTool(): TaskFailure {
  return new TaskFailure('the host has neither bash nor curl nor nc to look at a port with', {
    hint: 'install one of them on the host',
  })
}
