import { spawn } from 'node:child_process'
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCloud } from '../src/emulator/cloud.ts'
import { processStart } from '../src/run/record/process-start.ts'
import { quote } from '../src/shell/quote.ts'
import { buildAgentDeb } from '../test/agent/build-agent-deb.ts'
import { collectors } from '../test/artifacts/releases/index.ts'
import { startHosts } from '../test/hosts/index.ts'
import { EXAMPLE_PLACE, JOBS, policyDocument, policyFor } from './docs/iam/policies.ts'

// The main job as a newcomer sees it: an embedded cloud, three real hosts in containers, `muster apply` twice, and the
// proof. What muster itself does here is exactly what it does with a real account and real machines.

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.cache/demo')

const keep = process.argv.includes('--keep')
/** Started by `muster lab up`: hosts and cloud alone, and the lines that lead there in a file. */
const lab = process.argv.includes('--lab')
const unknown = process.argv.slice(2).filter((word) => word !== '--keep' && word !== '--lab')
if (unknown.length > 0) {
  process.stderr.write(`npm run demo takes --keep and no ${unknown.join(' ')}\n`)
  process.exit(1)
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

/** Runs muster as a user would, in the terminal of the demo, and gives its exit code. */
async function muster(environment: Record<string, string>, ...words: string[]): Promise<number> {
  process.stdout.write(`\n$ muster ${words.join(' ')}\n`)
  const child = spawn(process.execPath, [join(ROOT, 'bin/muster.js'), ...words], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

function sitePolicy(): string {
  return policyDocument(policyFor(JOBS.site, EXAMPLE_PLACE))
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** The lines with which another terminal reaches hosts and cloud, and what to try there. */
function linesToUse(environment: Readonly<Record<string, string>>): string {
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${quote(value)}\n`)
  return `
${exports.join('')}  export MUSTER_INVENTORY=inventory.example.yaml
  alias muster=$PWD/bin/muster.js
  muster plan playbooks/site.yaml -e @.cache/demo/artifacts.json -D                                  # what would be done or mended
  muster apply playbooks/site.yaml -e @.cache/demo/artifacts.json
  muster verify
  ssh -i .cache/demo/id_ed25519 -o UserKnownHostsFile=.cache/demo/known_hosts -p 2201 ops@127.0.0.1   # web01; break something, plan again
  aws ssm describe-instance-information                                                              # the nodes, where the AWS CLI is had
  muster apply playbooks/offboard.yaml                                                               # and the way back

`
}

/** Leaves hosts and cloud to play with from another terminal, until Ctrl-C or `muster lab down`. */
async function keepUntilInterrupted(environment: Readonly<Record<string, string>>): Promise<void> {
  if (lab) {
    const text = `the lab is up: web01, web02, web03 and the cloud, until muster lab down. In ${ROOT}:
${linesToUse(environment)}`
    // `muster lab` reads it as soon as it is there: in one piece.
    const file = join(FOLDER, 'lab-ready.json')
    const ready = { pid: process.pid, started: processStart(process.pid), text }
    await writeFile(`${file}.new`, JSON.stringify(ready), { mode: 0o600 })
    await rename(`${file}.new`, file)
  } else
    say(`\nhosts and cloud stay until Ctrl-C. In another terminal, in ${ROOT}:\n${linesToUse(environment)}`)
  if (!interrupted.signal.aborted)
    await new Promise<void>((resolve) => interrupted.signal.addEventListener('abort', () => resolve()))
}

async function demo(): Promise<number> {
  const [agent, found] = [await buildAgentDeb(), await collectors()]
  say(`collectors: ${found.source}`)
  say(
    `SSM agent: a test agent that keeps the real one's contract (name the real .deb in artifacts to use it)`,
  )
  await using hosts = await startHosts(3, {
    each: [1, 2, 3].map((number) => ({ name: `web0${number}`, port: 2200 + number })),
  })
  say('hosts: web01, web02 and web03 run systemd, sshd and sudo in containers')
  const cloud = await startCloud({ addresses: ['127.0.0.1', hosts.gateway] })
  try {
    say(`cloud: SSM, IAM, STS and AMP on ${cloud.url(hosts.gateway)}`)
    await mkdir(FOLDER, { recursive: true, mode: 0o700 })
    await copyFile(hosts.privateKeyFile, join(FOLDER, 'id_ed25519'))
    await copyFile(hosts.knownHostsFile, join(FOLDER, 'known_hosts'))
    const variables = {
      artifacts: {
        'amazon-ssm-agent': agent,
        prometheus: found.prometheus,
        node_exporter: found.nodeExporter,
      },
      scrape_interval: '5s',
    }
    await writeFile(join(FOLDER, 'artifacts.json'), JSON.stringify(variables, null, 2))
    const environment = {
      // A user with the least policy of docs/iam.md, which the cloud enforces.
      ...cloud.userEnvironment('bastion', [sitePolicy()], hosts.gateway),
      // The demo's journals stay with it.
      XDG_STATE_HOME: join(FOLDER, 'state'),
      XDG_CACHE_HOME: join(FOLDER, 'cache'),
    }
    if (lab) {
      await keepUntilInterrupted(environment)
      return 0
    }
    const inventory = ['-i', 'inventory.example.yaml']
    const apply = ['apply', 'playbooks/site.yaml', ...inventory, '-e', '@.cache/demo/artifacts.json']
    for (const words of [apply, apply, ['verify', ...inventory]]) {
      const code = await muster(environment, ...words)
      if (code !== 0 || interrupted.signal.aborted) return code
    }
    const made = cloud.counts()
    say('')
    say(`activations made: ${made['ssm:CreateActivation'] ?? 0}, left: ${cloud.inspect.activations().length}`)
    say(`hosts registered: ${made['ssm:RegisterManagedInstance'] ?? 0}`)
    if (keep) await keepUntilInterrupted(environment)
    return 0
  } finally {
    await cloud.close()
  }
}

process.exitCode = await demo()
