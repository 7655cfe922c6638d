import { MAGIC_NAMES } from '../../inventory/variables/magic-names.ts'
import { allTasksIn } from '../../playbook/entries.ts'
import { Mistakes } from '../../playbook/mistakes.ts'
import { OMIT, TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { PlannedPlay } from '../batch/plan-play.ts'
import { changeWindows } from '../host/change-windows.ts'
import { checkBecome, settingsOf } from '../host/settings.ts'
import { newHost, type RunState } from '../run-state.ts'
import { forPlay } from '../scope/play-homes.ts'
import { withArtifacts, withVarsFiles } from '../scope/play-variables.ts'
import { OUTSIDE, scopeFor } from '../scope/variables.ts'
import { checkArtifacts } from './check-artifacts.ts'

type Gather = (check: () => Promise<void>) => Promise<void>

/** Does a check, and keeps the mistakes that it throws. */
export function gatherer(problems: Problem[]): Gather {
  return async (check) => {
    try {
      await check()
    } catch (error) {
      if (error instanceof InputError) problems.push(...error.problems)
      else if (error instanceof TemplateError)
        problems.push({ message: error.message, position: error.position })
      else throw error
    }
  }
}

/** What can be known of hosts before they are connected to: how they are reached, as whom, their files of variables, artifacts. */
export class HostChecks {
  readonly #problems: Problem[]
  readonly #run: RunState
  readonly #templates: TemplateCheck
  readonly #seen = new Set<Value>()
  readonly #unchecked = new Set<string>()

  /** @param problems gets the mistakes */
  constructor(run: RunState, templates: TemplateCheck, problems: Problem[]) {
    this.#run = run
    this.#templates = templates
    this.#problems = problems
  }

  async of(planned: PlannedPlay, hosts: readonly string[]): Promise<void> {
    const gather = gatherer(this.#problems)
    const here = forPlay(this.#run, planned.play)
    for (const name of hosts) {
      this.#templates.see(this.#run.hostVariables(name))
      const host = newHost(name)
      await gather(async () => {
        const shape = { ...planned, allHosts: planned.hosts, batch: planned.hosts }
        const variables = await withVarsFiles(here, host, shape)
        this.#templates.see(variables.files)
        // Mistakes in how to reach a host, and as whom to work there, belong here too.
        await gather(async () => {
          if (settingsOf(here, host, variables).hostKeys === 'no') this.#unchecked.add(name)
        })
        await gather(async () => void changeWindows(here, host, variables))
        await gather(async () => checkBecome(here, host, variables, planned.sections.flatMap(allTasksIn)))
        await gather(async () => {
          const all = await withArtifacts(here, host, variables, planned.sections.flatMap(allTasksIn))
          const scope = scopeFor(here, host, all, OUTSIDE)
          const written = scope.lookup('artifacts')
          if (written === undefined || this.#seen.has(written)) return
          this.#seen.add(written)
          const artifacts = all.artifacts ?? createEngine(scope, here.home).resolve(written)
          if (artifacts !== OMIT)
            this.#problems.push(...(await checkArtifacts(artifacts, written, here.files)))
        })
      })
    }
  }

  warnings(): Problem[] {
    return this.#unchecked.size === 0 ? [] : [keysUnchecked([...this.#unchecked])]
  }
}

function keysUnchecked(hosts: readonly string[]): Problem {
  const named = hosts.slice(0, 4).join(', ') + (hosts.length > 4 ? ` and ${hosts.length - 4} more` : '')
  return {
    message: `the keys of ${named} are not checked, as the inventory says: another machine could answer for them`,
    hint: 'leave StrictHostKeyChecking=no and ansible_host_key_checking out, and add the keys to known_hosts',
  }
}

/** Syntax, filters and tests of templates in variables; those of the playbook are checked when it is read. */
export class TemplateCheck {
  readonly #mistakes = new Mistakes()
  readonly #seen = new Set<Value>()

  /** A group's variables are the same values for all of its hosts, and looked through once. */
  see(variables: ReadonlyMap<string, Value>): void {
    for (const [name, value] of variables) {
      if (value === null || typeof value !== 'object' || MAGIC_NAMES.has(name) || this.#seen.has(value))
        continue
      this.#seen.add(value)
      this.#mistakes.templates(value)
    }
  }

  problems(): readonly Problem[] {
    return this.#mistakes.problems()
  }
}
