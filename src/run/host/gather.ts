import { ConnectionError } from '../../connection/connection.ts'
import { becomeSettings } from '../../connection/settings/settings.ts'
import type { FactGroup } from '../../modules/facts/group.ts'
import { factProbe } from '../../modules/facts/index.ts'
import { allTasksIn } from '../../playbook/entries.ts'
import { createEngine } from '../../template/engine.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { HostState } from '../run-state.ts'
import { factUses } from '../scope/fact-uses.ts'
import type { FactPlan } from '../scope/facts.ts'
import { scopeFor, settingReader } from '../scope/variables.ts'
import { becomeKeywords, environmentOf } from './evaluation/task-keywords.ts'
import type { Guess } from './host-link.ts'
import type { Identity } from './identity.ts'
import type { HostSession } from './session.ts'

/** The task that a failure to gather is told of. */
const GATHERING = 'Gathering Facts'

/**
 * Begins to gather a host's facts anew: what the play's tasks are seen to read is asked for now, with what `guess` says
 * that they need to know; the rest when it is used.
 * @param onlyWhenRead nothing is asked for now: an earlier run has done the host's tasks
 */
export async function beginGathering(
  session: HostSession,
  plan: FactPlan,
  onlyWhenRead: boolean,
  guess: () => Promise<readonly Guess[]>,
): Promise<void> {
  const { run, host, play } = session
  if (plan.smart && host.gathering !== undefined) return
  host.gathering = {
    groups: plan.groups,
    done: new Set(),
    position: session.position,
    read: (groups, reader) => readFacts(session, plan, groups, reader, async () => []),
  }
  if (onlyWhenRead) return
  const { standpoint } = session
  const scope = scopeFor(run, host, play.variables, { ...standpoint.vantage, foresight: NOTHING_KNOWN })
  const tasks = play.sections.flatMap(allTasksIn)
  const wanted = await factUses(run, play.variables.play, tasks, scope)
  const groups = [...plan.groups].filter((group) => wanted.has(group))
  if (groups.length > 0) await readFacts(session, plan, groups, host, guess)
}

/** Names are only followed, so that nothing is waited for. */
const NOTHING_KNOWN = { known: new Map(), unknown: new Set<string>() }

async function readFacts(
  session: HostSession,
  { factPath, timeout }: FactPlan,
  groups: readonly FactGroup[],
  reader: HostState,
  guess: () => Promise<readonly Guess[]>,
): Promise<void> {
  const { host, link, report } = session
  const { gathering } = host
  if (gathering === undefined) return
  const options = {
    ...(factPath === undefined ? {} : { factPath }),
    ...(timeout === undefined ? {} : { timeout }),
  }
  const missing = groups.filter((group) => !gathering.done.has(group))
  const probes = Object.fromEntries(missing.map((group) => [group.name, factProbe(group, options)]))
  try {
    const answers = await link.ask(playIdentity(session), probes, guess)
    for (const group of missing) {
      const answer = answers[group.name]
      if (answer?.problem !== undefined) report.warn(answer.problem)
      for (const [name, value] of answer?.facts ?? [])
        host.gathered.set(`ansible_${name}`, value, gathering.position)
    }
  } catch (error) {
    if (!(error instanceof ConnectionError) && !(error instanceof TaskFailure)) throw error
    if (error instanceof ConnectionError && reader === host) session.notReached(error, GATHERING)
    report.warn(`no facts for ${reader.name}: ${error.message}`)
  }
  for (const group of missing) gathering.done.add(group)
}

/** As whom a play works where its tasks say nothing else. */
function playIdentity({ run, host, play: { variables }, standpoint }: HostSession): Identity {
  const engine = createEngine(scopeFor(run, host, variables, standpoint.vantage), run.home)
  const become = becomeSettings(
    settingReader(run, host, variables),
    becomeKeywords(engine, {}, variables),
    run.options.becomePassword,
  )
  const { environment } = variables.play
  return { become, environment: environmentOf(engine, environment === undefined ? [] : [environment]) }
}
