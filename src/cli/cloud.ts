import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import { startCloud } from '../emulator/cloud.ts'
import { quote } from '../shell/quote.ts'
import { listenForInterruption } from './terminal/interruption.ts'

interface Options {
  readonly port: number
  readonly host: readonly string[]
  readonly state?: string
  readonly prometheus?: string
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
    .action(serve)
}

async function serve({ port, host, state, prometheus }: Options): Promise<void> {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']
  const cloud = await startCloud({
    addresses: host,
    port,
    ...(region === undefined ? {} : { region }),
    ...(state === undefined ? {} : { stateFile: state }),
    ...(prometheus === undefined ? {} : { prometheus }),
  })
  using interruption = listenForInterruption()
  const stopped = once(interruption.signal, 'abort')
  for (const [name, value] of Object.entries(cloud.environment())) {
    process.stdout.write(`export ${name}=${quote(value)}\n`)
  }
  process.stderr.write(`muster cloud: serving on ${cloud.url()}; Ctrl-C stops it\n`)
  await stopped
  await cloud.close()
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
