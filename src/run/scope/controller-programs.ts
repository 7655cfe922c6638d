import { spawnSync } from 'node:child_process'
import type { FetchEnd, FetchRequest, ProgramEnd } from '../../template/api.ts'

/*
 * Programs that templates ask for (the lookups pipe, lines and url). An evaluation is synchronous, so muster does nothing
 * else while one runs: hence the deadlines, and the bound on what is kept of the output.
 */

/** Seconds that a program of a template may take. */
const PROGRAM_SECONDS = 60
/** Bytes of output, and of a fetched body. */
const MOST_BYTES = 16 * 1024 * 1024

/** Runs a line of shell on the controller, in a folder, without standard input. */
export function runProgram(command: string, directory: string, seconds = PROGRAM_SECONDS): ProgramEnd {
  const { status, signal, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd: directory,
    encoding: 'utf8',
    input: '',
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
    timeout: seconds * 1000,
  })
  const end = { status: error === undefined ? status : null, stdout: stdout ?? '', stderr: stderr ?? '' }
  if (end.status !== null) return end
  return { ...end, problem: problemOf(error, seconds) ?? `was ended by ${signal}` }
}

function problemOf(error: Error | undefined, seconds: number): string | undefined {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case undefined:
      return undefined
    case 'ETIMEDOUT':
      return `took longer than ${seconds} s`
    case 'ENOBUFS':
      return `gave more than ${MOST_BYTES / 1024 / 1024} MB`
    default:
      return error!.message
  }
}

/** Reads the request from standard input, so that no process list shows a password. */
const FETCHING = `
const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { url, headers, redirect } = JSON.parse(Buffer.concat(chunks).toString())
try {
  const response = await fetch(url, { headers, redirect })
  process.stdout.write(JSON.stringify({ status: response.status, body: await response.text() }))
} catch (error) {
  process.stdout.write(JSON.stringify({ problem: error.cause?.message || error.message }))
}
`

/**
 * Fetches an address with a process of its own, since that can be waited for, ended, and given other certificates.
 * Addresses are of http and https only.
 */
export function fetchAddress(request: FetchRequest): FetchEnd {
  const { url, headers, seconds } = request
  if (!/^https?:\/\//i.test(url)) return { problem: 'only addresses of http and https can be fetched' }
  const { stdout, error } = spawnSync(process.execPath, ['--input-type=module', '-e', FETCHING], {
    encoding: 'utf8',
    env: environmentFor(request),
    input: JSON.stringify({ url, headers, redirect: request.followRedirects ? 'follow' : 'manual' }),
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES * 2,
    timeout: seconds * 1000,
  })
  const problem = problemOf(error, seconds)
  if (problem !== undefined) return { problem }
  try {
    return JSON.parse(stdout) as FetchEnd
  } catch {
    return { problem: 'the process that fetches it ended without an answer' }
  }
}

function environmentFor(request: FetchRequest): NodeJS.ProcessEnv {
  const environment = { ...process.env }
  delete environment['NODE_OPTIONS']
  delete environment['NODE_USE_ENV_PROXY']
  if (request.useProxy) environment['NODE_USE_ENV_PROXY'] = '1'
  if (request.certificates !== undefined) environment['NODE_EXTRA_CA_CERTS'] = request.certificates
  delete environment['NODE_TLS_REJECT_UNAUTHORIZED']
  if (!request.validateCertificates) {
    environment['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    environment['NODE_NO_WARNINGS'] = '1'
  }
  return environment
}
