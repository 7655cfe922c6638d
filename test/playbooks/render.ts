import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tasksIn } from '../../src/playbook/entries.ts'
import type { Play } from '../../src/playbook/playbook.ts'
import { findVarsFile, loadVarsFile } from '../../src/playbook/plays/vars-files.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { templateHome } from '../../src/run/scope/template-home.ts'
import type { TemplateEngine } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import { withSecrecy } from '../../src/values/masking/secret-names.ts'
import { Secret } from '../../src/values/secret.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import type { Value } from '../../src/values/value.ts'
import { fromPlain, type Plain } from '../modules/aws/plain.ts'

export const PLAYBOOKS = join(import.meta.dirname, '../../playbooks')

/** What an inventory like inventory.example.yaml says, and what the cloud's play registers. */
const GIVEN: Readonly<Record<string, Plain>> = {
  inventory_hostname: 'web01',
  muster_region: 'eu-central-1',
  muster_workspace: 'muster',
  muster_role: 'muster-node',
  artifacts: Object.fromEntries(
    [
      'amazon-ssm-agent',
      'prometheus',
      'node_exporter',
      'grafana-agent',
      'alloy',
      'adot',
      'otelcol-contrib',
      'amazon-cloudwatch-agent',
      'vmagent',
    ].map((name) => [
      name,
      { path: `/srv/${name}`, version: name === 'prometheus' ? '3.5.5' : '1.2.3', sha256: '0'.repeat(64) },
    ]),
  ),
  hostvars: {
    localhost: {
      role: { role: 'muster-node' },
      workspace: {
        workspace_id: 'ws-1',
        prometheus_endpoint: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/',
        remote_write_url:
          'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
      },
    },
  },
}

/** A play as a host of the example inventory sees it. */
export class Rendered {
  readonly play: Play
  readonly #engine: TemplateEngine
  readonly #engineWith: (more: ReadonlyMap<string, Value>) => TemplateEngine

  constructor(play: Play, engineWith: (more: ReadonlyMap<string, Value>) => TemplateEngine) {
    this.play = play
    this.#engineWith = engineWith
    this.#engine = engineWith(new Map())
  }

  /** What the playbook finds wrong with its variables; undefined where it does not look. */
  mistakes(): readonly string[] | undefined {
    const tasks = tasksIn(this.play.tasks).filter(({ vars }) => vars.has('variable_mistakes'))
    if (tasks.length === 0) return undefined
    return tasks.flatMap(({ vars }) => {
      const found = this.#engineWith(vars).resolve(vars.get('variable_mistakes') ?? null)
      if (!Array.isArray(found)) throw new Error(`mistakes are a list, not ${String(found)}`)
      return found.map(String)
    })
  }

  /** The same for one that passwords are in. */
  async secretFile(name: string): Promise<string> {
    const path = join(PLAYBOOKS, 'templates', name)
    const text = this.#engine.renderFile(await readFile(path, 'utf8'), path)
    if (!(text instanceof Secret)) throw new Error(`${name} is no secret`)
    return text.revealText()
  }

  /** A variable of the play. */
  variable(name: string): Value {
    return this.#engine.resolve(new TemplateText(`{{ ${name} }}`)) as Value
  }

  /** A template of the playbooks, filled in. */
  async file(name: string): Promise<string> {
    const path = join(PLAYBOOKS, 'templates', name)
    const text = this.#engine.renderFile(await readFile(path, 'utf8'), path)
    if (text instanceof Secret) throw new Error(`${name} is a secret`)
    return text
  }

  /** An argument of a task, evaluated. */
  argument(task: string, name: string): Value {
    const found = tasksIn(this.play.tasks).find((each) => each.name === task)
    if (found === undefined) throw new Error(`no task is named '${task}'`)
    return this.#engine.resolve(found.args.get(name) ?? null) as Value
  }
}

/** The play `Hosts` of a playbook, with variables over those of the example inventory. */
export async function renderPlaybook(
  file: string,
  variables: Readonly<Record<string, Plain>> = {},
): Promise<Rendered> {
  const { plays } = await readPlaybook(join(PLAYBOOKS, file))
  const play = plays.find(({ name }) => name === 'Hosts')
  if (play === undefined) throw new Error(`${file} has no play 'Hosts'`)
  const known = new Map<string, Value>(play.vars)
  for (const { value } of play.varsFiles)
    for (const [name, content] of await loadVarsFile((await findVarsFile(PLAYBOOKS, [String(value)]))!))
      known.set(name, content)
  for (const [name, value] of Object.entries({ ...GIVEN, ...variables }))
    known.set(name, withSecrecy(name, fromPlain(value)))
  const home = templateHome(PLAYBOOKS)
  return new Rendered(play, (more) =>
    createEngine({ lookup: (name) => more.get(name) ?? known.get(name) }, home),
  )
}
