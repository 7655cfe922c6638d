import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { chooseReport } from '../report/choose.ts'
import { type ProofRow, proofTable } from '../report/proof.ts'
import type { RunEvent } from '../rollout/events.ts'
import { EXIT } from '../rollout/exit-code.ts'
import { Float } from '../values/float.ts'
import { isDict } from '../values/value.ts'
import { addRunOptions, type RunWords, runFromWords } from './run-command.ts'

const PLAYBOOK = fileURLToPath(new URL('../../playbooks/verify.yaml', import.meta.url))

/** `muster verify`: the proof for every host, as a table. */
export function verifyCommand(): Command {
  return addRunOptions(new Command('verify'))
    .action(async (words: RunWords) => {
      const rows = new Map<string, ProofRow>()
      const json =
        words.json === true ? await chooseReport({ json: true, verbosity: 0, diff: false }) : undefined
      const result = await runFromWords('apply', PLAYBOOK, words, (event) => {
        json?.(event)
        collect(rows, event)
      })
      if (json === undefined) process.stdout.write(`${proofTable([...rows.values()])}\n`)
      const proved = result.failures.length === 0
      process.exitCode = proved
        ? EXIT.ok
        : result.exitCode === EXIT.interrupted
          ? EXIT.interrupted
          : EXIT.unproved
    })
    .addHelpText('after', '\nExit codes: 0 proved for every host, 3 not, 1 refused, 130 interrupted')
}

function collect(rows: Map<string, ProofRow>, event: RunEvent): void {
  if (event.type === 'play-started' && event.play === 'Proof')
    for (const host of event.hosts)
      rows.set(host, { host, node: '', ping: '', series: '', newest: '', problem: '' })
  if (event.type !== 'task') return
  const row = rows.get(event.host)
  if (row === undefined) return
  const text = (key: string) => String(event.result.get(key) ?? '')
  const next = { ...row }
  if (event.module === 'ssm_node_info') {
    next.node = text('instance_id')
    next.ping = text('ping_status')
  }
  if (event.module === 'amp_series') {
    const found = event.result.get('series')
    const ages = (Array.isArray(found) ? found : []).flatMap((each) => {
      const age = isDict(each) ? each.get('age') : null
      return typeof age === 'number' ? [age] : age instanceof Float ? [age.value] : []
    })
    next.series = String(ages.length)
    next.newest = ages.length === 0 ? '' : Math.min(...ages).toFixed(0)
  }
  if (event.status !== 'ok' && event.status !== 'skipped')
    next.problem = `${event.message ?? event.status}${event.hint === undefined ? '' : ` (${event.hint})`}`
  rows.set(event.host, next)
}
