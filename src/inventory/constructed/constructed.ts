import { TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlMap } from '../../yaml/node.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { groupNameFault } from '../patterns/host-name.ts'
import { setVariable } from '../variables/variables.ts'
import { hostsSoFar, type VariablesSoFar } from './context.ts'
import { keyedNames, safeGroupName } from './group-names.ts'
import { type ConstructedOptions, type Expression, type KeyedGroup, readOptions } from './options.ts'

/**
 * Runs the plugin `constructed`: variables and groups from expressions, for the hosts of the sources before it. Without
 * `strict` an expression that fails is left out, as in Ansible.
 * @param directories folders of the sources before it, for `use_vars_plugins`
 * @throws InputError with what is wrong in the file and, where it is `strict`, with all expressions that fail
 */
export async function addConstructed(
  builder: InventoryBuilder,
  root: YamlMap,
  source: Source,
  directories: readonly string[],
): Promise<void> {
  const options = readOptions(root)
  const variables = await hostsSoFar(builder, options.useVarsPlugins ? directories : [])
  const run = new Construction(builder, options, variables, source)
  for (const host of builder.hostNames()) run.host(host)
  if (run.problems.length > 0) throw new InputError(run.problems)
}

/** Mistakes that are the same for all hosts are told once for the first; nobody reads thousands. */
const MOST_PROBLEMS = 20

class Construction {
  readonly problems: Problem[] = []
  readonly #builder: InventoryBuilder
  readonly #options: ConstructedOptions
  readonly #variables: VariablesSoFar
  readonly #source: Source

  constructor(
    builder: InventoryBuilder,
    options: ConstructedOptions,
    variables: VariablesSoFar,
    source: Source,
  ) {
    this.#builder = builder
    this.#options = options
    this.#variables = variables
    this.#source = source
  }

  host(name: string): void {
    const before = this.#engine(name)
    // All are evaluated before any is set: they do not see each other.
    const composed = this.#options.compose.map((expression) => ({
      expression,
      value: this.#evaluate(before, expression, `could not set ${expression.name} for ${name}`),
    }))
    for (const { expression, value } of composed) {
      if (value === undefined) continue
      setVariable(this.#builder.variablesOf(name), expression.name, value, expression.position)
      this.#builder.markComposed(name, expression.name)
    }
    const engine = this.#engine(name)
    for (const { name: group, value, position } of this.#options.groups) {
      try {
        if (engine.condition(value, position)) this.#join(safeGroupName(group), name, { position })
      } catch (error) {
        this.#failed(error, `could not add ${name} to the group ${group}`, position)
      }
    }
    for (const keyed of this.#options.keyedGroups) this.#keyed(engine, name, keyed)
  }

  #keyed(engine: Engine, host: string, keyed: KeyedGroup): void {
    const { key } = keyed
    const value = this.#evaluate(engine, key, `no group for ${host} from ${key.name}`)
    if (value === undefined) return
    const names = value instanceof Secret ? 'wrong' : keyedNames(value, keyed, this.#options.leadingSeparator)
    if (names === 'wrong') {
      this.#problem(
        `keyed_groups: ${key.name} gives no name of a group for ${host}`,
        key.position,
        'a name is text, or a list or mapping of texts: use "| string"',
      )
      return
    }
    if (names.length === 0 && this.#options.strict && !Array.isArray(value) && !(value instanceof Map)) {
      this.#problem(`keyed_groups: ${key.name} is empty for ${host}`, key.position)
    }
    const parent = names.length === 0 ? undefined : this.#parent(engine, keyed)
    if (parent === 'failed') return
    for (const name of names) {
      this.#join(name, host, key)
      if (parent === undefined || !this.#addGroup(parent, key)) continue
      const loop = this.#builder.addChild(parent, name, key.position)
      if (loop !== undefined) this.problems.push(loop)
    }
  }

  #parent(engine: Engine, { parentGroup, key }: KeyedGroup): string | undefined | 'failed' {
    if (parentGroup === undefined) return undefined
    try {
      const name = engine.resolve(parentGroup)
      return typeof name === 'string' && name !== '' ? safeGroupName(name) : undefined
    } catch (error) {
      this.#failed(error, 'no parent group', key.position)
      return 'failed'
    }
  }

  #join(group: string, host: string, from: Pick<Expression, 'position'>): void {
    if (this.#addGroup(group, from))
      this.#builder.addHost(host, group, this.#source, from.position, undefined)
  }

  #addGroup(name: string, { position }: Pick<Expression, 'position'>): boolean {
    const fault = groupNameFault(name)
    if (fault !== undefined) this.#problem(fault.message, position, fault.hint)
    else this.#builder.addGroup(name)
    return fault === undefined
  }

  #engine(host: string): Engine {
    const lookup = (name: string) => this.#variables.of(host, name)
    return createEngine({ lookup }, { directory: process.cwd() })
  }

  /** The value of an expression; undefined when it failed. */
  #evaluate(engine: Engine, { value, position }: Expression, what: string): Value | undefined {
    try {
      const text = value instanceof TemplateText ? value.source : value
      if (typeof text !== 'string') throw new TemplateError('an expression is text', position)
      return engine.expression(text, position)
    } catch (error) {
      this.#failed(error, what, position)
      return undefined
    }
  }

  #failed(error: unknown, what: string, position: Expression['position']): void {
    if (!(error instanceof TemplateError || error instanceof InputError)) throw error
    if (this.#options.strict) this.#problem(`${what}: ${error.message}`, position)
  }

  #problem(message: string, position: Expression['position'], hint?: string): void {
    if (this.problems.length < MOST_PROBLEMS)
      this.problems.push({ message: `constructed: ${message}`, position, hint })
  }
}

type Engine = ReturnType<typeof createEngine>
