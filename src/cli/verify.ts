import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { createClients } from '../aws/create-clients.ts'
import { AwsFailure } from '../aws/errors.ts'
import { COMMON_SERIES, KNOWN_SERIES } from '../modules/collectors/known-series.ts'
import { fleetSamples } from '../proof/fleet-samples.ts'
import { type HostProof, judgeFleet, type ProofSubject, type Stranger } from '../proof/judge.ts'
import { chooseReport } from '../report/choose.ts'
import { type ProofRow, proofReport, rowOf } from '../report/proof.ts'
import { EXIT } from '../run/exit-code.ts'
import type { Failure } from '../run/record/events.ts'
import type { RunResult } from '../run/run.ts'
import { jsonLine } from '../values/text/visible.ts'
import { isDict, type Value } from '../values/value.ts'
import { addRunOptions, type RunWords } from './options/run-options.ts'
import { runFromWords } from './run-command.ts'

const PLAYBOOK = fileURLToPath(new URL('../../playbooks/verify.yaml', import.meta.url))

/** `muster verify`: the proof for every host, as a table, and who sends without being in the inventory. */
export function verifyCommand(): Command {
  return addRunOptions(new Command('verify'))
    .action(async (words: RunWords) => {
      const hosts: string[] = []
      const json =
        words.json === true ? await chooseReport({ json: true, verbosity: 0, diff: false }) : undefined
      const result = await runFromWords('apply', PLAYBOOK, words, (event) => {
        json?.(event)
        if (event.type === 'play-started' && event.play === 'Proof') hosts.push(...event.hosts)
      })
      if (result.exitCode === EXIT.interrupted) {
        process.exitCode = EXIT.interrupted
        return
      }
      const ssm = new Map(hosts.map((host) => [host, nodeOf(host, result)]))
      const failures = new Map(result.failures.map((failure) => [failure.host, failure]))
      const subjects = hosts.map((host) => subjectOf(host, provedNode(ssm.get(host)), result))
      const proof = await askFleet(subjects, result)
      const rows = hosts.map((host) =>
        rowOf(host, ssm.get(host), failures.get(host), proof.hosts.get(host) ?? NOTHING),
      )
      const { strangers } = proof
      // What kept the hosts from being looked at at all: the workspace is not there, AWS refuses.
      const before = hosts.length === 0 ? result.failures.filter(isCause) : []
      process.stdout.write(
        json === undefined
          ? proofReport(rows, strangers, before)
          : `${jsonLine({ at: new Date().toISOString(), type: 'proof', hosts: rows, strangers })}\n`,
      )
      const proved = result.failures.length === 0 && rows.every(({ problem }) => problem === null)
      process.exitCode = proved ? EXIT.ok : EXIT.unproved
    })
    .addHelpText('after', '\nExit codes: 0 proved for every host, 3 not, 1 refused, 130 interrupted')
}

const NOTHING = {
  message: 'its workspace is not known',
  hint: undefined,
}

/** What AMP says of each host, and who else sends. */
interface FleetAnswer {
  readonly hosts: ReadonlyMap<string, HostProof | AwsFailure>
  readonly strangers: readonly Stranger[]
}

function isCause({ status }: Failure): boolean {
  return status !== 'cancelled'
}

/** What Systems Manager says of a host: what verify.yaml registers as `node`. */
function nodeOf(host: string, { hosts }: RunResult): ProofRow['ssm'] | undefined {
  const node = hosts.get(host)?.facts.get('node')
  if (!isDict(node)) return undefined
  const text = (key: string) => {
    const value = node.get(key)
    return typeof value === 'string' ? value : null
  }
  return { node: text('instance_id'), ping: text('ping_status') }
}

/** A node counts as the host's, and what it sends too, only where Systems Manager said so: then it told its state. */
function provedNode(row: ProofRow['ssm'] | undefined): string | null {
  return row?.ping == null ? null : row.node
}

function subjectOf(host: string, node: string | null | undefined, { hosts }: RunResult): ProofSubject {
  const expected = hosts.get(host)?.facts.get('proof_expected')
  const read = (key: string): Value => (isDict(expected) ? (expected.get(key) ?? null) : null)
  const series = read('series')
  return {
    host,
    node: node ?? undefined,
    series: Array.isArray(series) ? series.map(String) : COMMON_SERIES,
    maxAge: Number(read('max_age') ?? 120),
  }
}

/** Where a host's series are: the workspace as AWS tells it, or as the host reaches it (playbooks/vars/network.yaml). */
interface Place {
  readonly region: string
  readonly endpoint: string
}

function placeOf({ host }: ProofSubject, hosts: RunResult['hosts']): Place | undefined {
  const expected = hosts.get(host)?.facts.get('proof_expected')
  const read = (key: string) => (isDict(expected) ? expected.get(key) : undefined)
  const [region, own, through, id] = ['region', 'prometheus_endpoint', 'endpoint', 'workspace_id'].map(read)
  if (typeof region !== 'string' || typeof own !== 'string') return undefined
  const other = typeof through === 'string' && through !== '' && typeof id === 'string'
  return { region, endpoint: other ? `${through}/workspaces/${id}/` : own }
}

/** One look at each whole workspace; the failure where AMP cannot be asked, of the hosts whose workspace it is. */
async function askFleet(
  subjects: readonly ProofSubject[],
  { hosts, inventory }: RunResult,
): Promise<FleetAnswer> {
  const names = new Set(inventory.hosts.keys())
  const known = new Map(
    KNOWN_SERIES.flatMap(({ selector, of }) => (of === undefined ? [] : [[selector, of]])),
  )
  const places = new Map<string, { readonly place: Place; readonly subjects: ProofSubject[] }>()
  for (const subject of subjects) {
    const place = placeOf(subject, hosts)
    if (place === undefined) continue
    const key = `${place.region} ${place.endpoint}`
    const group = places.get(key) ?? { place, subjects: [] }
    group.subjects.push(subject)
    places.set(key, group)
  }
  const answer: { hosts: Map<string, HostProof | AwsFailure>; strangers: Stranger[] } = {
    hosts: new Map(),
    strangers: [],
  }
  const asked = [...places.values()].map(async ({ place: { region, endpoint }, subjects: here }) => {
    const selectors = [
      ...KNOWN_SERIES.map(({ selector }) => selector),
      ...here.flatMap(({ series }) => series),
    ]
    try {
      const samples = await fleetSamples(createClients(region), endpoint, selectors)
      const proof = judgeFleet(samples, here, known, names)
      for (const each of proof.hosts) answer.hosts.set(each.host, each)
      answer.strangers.push(...proof.strangers)
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error
      for (const { host } of here) answer.hosts.set(host, error)
    }
  })
  await Promise.all(asked)
  return answer
}
