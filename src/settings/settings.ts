import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Position } from '../values/position.ts'
import { InputError, type Problem } from '../values/problem.ts'
import { REDACTED } from '../values/secret.ts'
import { BOOLEAN_WORDS, readBoolean } from '../values/text/boolean-words.ts'
import { nearest } from '../values/text/nearest.ts'
import { readTextFile } from '../yaml/load.ts'
import { type CfgEntry, readCfg } from './cfg-file.ts'
import { findCfg } from './find-cfg.ts'
import { type KeySpec, OBEYED, type SettingName } from './keys.ts'
import { type Unobeyed, unobeyedKey, unobeyedKeys, unobeyedVariable } from './unobeyed.ts'

interface ValueOf {
  readonly text: string
  readonly boolean: boolean
  readonly integer: number
  readonly path: string
  readonly paths: readonly string[]
  readonly commas: readonly string[]
  readonly hash: 'replace' | 'merge'
  readonly gathering: 'implicit' | 'explicit' | 'smart'
}

/** The settings that count; undefined where nobody set one. Paths are absolute. */
export type Settings = { readonly [Name in SettingName]?: ValueOf[(typeof OBEYED)[Name]['type']] }

/** Something that was set, and what becomes of it. */
export interface SetKey {
  /** `[section] key` or the variable's name. */
  readonly name: string
  readonly value: string
  /** `ansible.cfg:3` or `environment`. */
  readonly origin: string
  /** Undefined when it counts. */
  readonly unobeyed: Unobeyed | undefined
  /** It is obeyed where nothing stronger is set, and something is. */
  readonly overruled: boolean
}

export interface ReadSettings {
  readonly settings: Settings
  /** The ansible.cfg that was read. */
  readonly file: string | undefined
  readonly keys: readonly SetKey[]
  /** What is not obeyed, unknown, or dubious. */
  readonly warnings: readonly Problem[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** Read by `findCfg` or about the Python of Ansible itself. */
const NO_SETTINGS = new Set(['ANSIBLE_CONFIG', 'ANSIBLE_HOME'])

/**
 * Reads the settings of Ansible that concern this command: ansible.cfg where Ansible finds it, and over it the variables
 * `ANSIBLE_*` of the environment. Words of the command line stand above both.
 * @throws InputError with all values that mean nothing
 */
export async function readSettings(
  environment: Environment = process.env,
  directory = process.cwd(),
  home = homedir(),
): Promise<ReadSettings> {
  const found = await findCfg(environment, directory, home)
  const entries = found.path === undefined ? [] : readCfg(await readTextFile(found.path), found.path)
  const reader = new Reader(entries, environment, {
    home,
    cwd: directory,
    cfg: found.path === undefined ? directory : dirname(found.path),
  })
  const settings: Record<string, unknown> = {}
  for (const name of Object.keys(OBEYED) as SettingName[]) {
    const value = reader.value(OBEYED[name])
    if (value !== undefined) settings[name] = value
  }
  reader.classify()
  if (reader.problems.length > 0) throw new InputError(reader.problems)
  return {
    settings: settings as Settings,
    file: found.path,
    keys: reader.keys,
    warnings: [...found.warnings, ...reader.warnings],
  }
}

interface Places {
  readonly home: string
  readonly cwd: string
  /** Folder of ansible.cfg, where its relative paths start. */
  readonly cfg: string
}

class Reader {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly keys: SetKey[] = []
  readonly #entries: ReadonlyMap<string, CfgEntry>
  readonly #environment: Environment
  readonly #places: Places
  /** Keys and variables that gave a value. */
  readonly #used = new Set<string>()

  constructor(entries: readonly CfgEntry[], environment: Environment, places: Places) {
    this.#entries = new Map(entries.map((entry) => [`${entry.section}.${entry.key}`, entry]))
    this.#environment = environment
    this.#places = places
  }

  value(spec: KeySpec): unknown {
    for (const name of spec.env) {
      const text = this.#environment[name]
      if (text === undefined) continue
      this.#used.add(name)
      return this.#typed(spec.type, text, name, undefined, this.#places.cwd)
    }
    for (const name of spec.ini) {
      const entry = this.#entries.get(name)
      if (entry === undefined) continue
      this.#used.add(name)
      const shown = `[${entry.section}] ${entry.key}`
      return this.#typed(spec.type, entry.value, shown, entry.position, this.#places.cfg)
    }
    return undefined
  }

  /** Says of everything that is set whether it counts. */
  classify(): void {
    const specs: readonly KeySpec[] = Object.values(OBEYED)
    const obeyedKeys = new Set(specs.flatMap((spec) => spec.ini))
    const obeyedVariables = new Set(specs.flatMap((spec) => spec.env))
    for (const [name, { section, key, value, position }] of this.#entries) {
      const unobeyed = obeyedKeys.has(name) ? undefined : (unobeyedKey(name) ?? unknownKey(section))
      this.#key(`[${section}] ${key}`, name, value, position, unobeyed)
      if (unobeyed === UNKNOWN) {
        const meant = nearest(name, [...obeyedKeys, ...unobeyedKeys()])
        this.warnings.push({
          message: `[${section}] ${key} is no setting of Ansible and has no effect`,
          position,
          hint: meant === undefined ? undefined : `did you mean "[${meant.replace('.', '] ')}"?`,
        })
      }
    }
    for (const [name, value] of Object.entries(this.#environment)) {
      if (!name.startsWith('ANSIBLE_') || value === undefined || NO_SETTINGS.has(name)) continue
      const known = obeyedVariables.has(name) ? undefined : unobeyedVariable(name)
      if (known === undefined && !obeyedVariables.has(name)) continue
      this.#key(name, name, value, undefined, known)
    }
  }

  #key(
    shown: string,
    name: string,
    value: string,
    position: Position | undefined,
    unobeyed: Unobeyed | undefined,
  ): void {
    const origin = position === undefined ? 'environment' : `${position.file}:${position.line}`
    const overruled = unobeyed === undefined && !this.#used.has(name)
    // A password in the environment is no reason to show it.
    const hidden = /pass(?:word)?$|_pass$|token/i.test(name) && !/ask_pass$/i.test(name)
    this.keys.push({ name: shown, value: hidden ? REDACTED : value, origin, unobeyed, overruled })
    if (unobeyed === undefined || unobeyed.harmless || unobeyed === UNKNOWN) return
    this.warnings.push({ message: `${shown} is not obeyed: ${unobeyed.why}`, position })
  }

  #typed(
    type: KeySpec['type'],
    text: string,
    name: string,
    position: Position | undefined,
    from: string,
  ): unknown {
    const value = unquoted(text.trim())
    switch (type) {
      case 'text':
        return value
      case 'path':
        return this.#path(value, from)
      case 'paths':
        return split(value, ':').map((part) => this.#path(part, from))
      case 'commas':
        return split(value, ',').map((part) => this.#listed(part, name, from))
      case 'boolean': {
        const boolean = readBoolean(value)
        if (boolean === undefined) this.#problem(`${name} must be a boolean`, position, BOOLEAN_WORDS)
        return boolean
      }
      case 'integer':
        if (/^\d+$/.test(value)) return Number(value)
        this.#problem(`${name} must be a whole number`, position)
        return undefined
      case 'hash':
        if (value === 'replace' || value === 'merge') return value
        this.#problem(`${name} must be replace or merge`, position)
        return undefined
      case 'gathering':
        if (value === 'implicit' || value === 'explicit' || value === 'smart') return value
        this.#problem(`${name} must be implicit, explicit or smart`, position)
        return undefined
    }
  }

  /** Items of comma lists: inventories are paths, vault ids end in one, tags are words. */
  #listed(part: string, name: string, from: string): string {
    if (/inventory$/i.test(name)) return this.#path(part, from)
    if (!/vault_identity_list$/i.test(name)) return part
    const at = part.indexOf('@')
    const source = part.slice(at + 1)
    return source.startsWith('prompt') ? part : part.slice(0, at + 1) + this.#path(source, from)
  }

  #path(text: string, from: string): string {
    const expanded = text
      .replace(/\{\{\s*CWD\s*\}\}/g, this.#places.cwd)
      .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => this.#environment[braced ?? bare] ?? whole)
      .replace(/^~(?=\/|$)/, this.#places.home)
    return resolve(from, expanded)
  }

  #problem(message: string, position: Position | undefined, hint?: string): void {
    this.problems.push({ message, position, hint })
  }
}

const UNKNOWN: Unobeyed = { harmless: true, why: 'Ansible has no such setting' }

/** Sections that collections' plugins read are not listed anywhere. */
function unknownKey(section: string): Unobeyed {
  const ofPlugin = /^callback_|_lookup$|_plugin$|^galaxy_server\./.test(section)
  return ofPlugin ? { harmless: true, why: 'it is about a plugin of Ansible' } : UNKNOWN
}

/** Ansible takes quotes off around a whole value. */
function unquoted(value: string): string {
  const quote = value[0]
  const whole = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
  return whole ? value.slice(1, -1) : value
}

function split(value: string, separator: string): string[] {
  return value
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
