import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { readPolicy } from '../emulator/auth/policy.ts'
import { startCloud } from '../emulator/cloud.ts'
import { quote } from '../shell/quote.ts'
import { InputError } from '../values/problem.ts'
import { listenForInterruption } from './terminal/interruption.ts'

interface Options {
  readonly port: number
  readonly host: readonly string[]
  readonly state?: string
  readonly prometheus?: string
  readonly policy?: readonly string[]
}

/** `muster cloud`: the embedded cloud in the foreground, until SIGINT or SIGTERM. */
export function cloudCommand(): Command {
  return new Command('cloud')
    .description(
      'run the embedded stand-in for SSM, IAM, STS and AMP in the foreground; first prints the export lines that make the AWS CLI, an SDK or muster use it',
    )
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 0)
    .option('--host <address...>', 'addresses to listen on; the first is named in the export lines', [
      '127.0.0.1',
    ])
    .option('--state <file>', 'keep activations, nodes, roles and workspaces in this file')
    .option('--prometheus <url>', 'hand remote writes and queries to this Prometheus', readUrl)
    .option(
      '--policy <file...>',
      'IAM policies, JSON: the export lines are of a user who may do what they allow and nothing else',
    )
    .action(serve)
}

async function serve({ port, host, state, prometheus, policy }: Options): Promise<void> {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']
  const policies = policy && (await Promise.all(policy.map(readPolicyFile)))
  const cloud = await startCloud({
    addresses: host,
    port,
    ...(region === undefined ? {} : { region }),
    ...(state === undefined ? {} : { stateFile: state }),
    ...(prometheus === undefined ? {} : { prometheus }),
  })
  using interruption = listenForInterruption('start it again')
  const stopped = once(interruption.signal, 'abort')
  const environment = policies === undefined ? cloud.environment() : cloud.userEnvironment('tester', policies)
  for (const [name, value] of Object.entries(environment)) {
    process.stdout.write(`export ${name}=${quote(value)}\n`)
  }
  process.stderr.write(`muster cloud: serving on ${cloud.url()}; Ctrl-C stops it\n`)
  await stopped
  await cloud.close()
}

/** @throws InputError for what cannot be read or is no policy */
async function readPolicyFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError([{ message: `cannot be read: ${error.code ?? error.message}`, position: { file } }])
  })
  if (readPolicy(text) === null)
    throw new InputError([
      {
        message: 'is not an IAM policy',
        position: { file },
        hint: 'it is JSON with Version and Statement; `aws accessanalyzer validate-policy` says what is wrong with one',
      },
    ])
  return text
}

function readUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new InvalidArgumentError('give a URL like http://127.0.0.1:9090.')
  return text
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.')
  return port
}
