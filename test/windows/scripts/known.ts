import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What PowerShell 5.1 and .NET Framework 4.7.2 have, from the kit's lists. */
export class Known {
  readonly #commands: Map<string, Set<string>>
  readonly #common: Set<string>
  /** Full name in lower case -> members, and the name of the base type. */
  readonly #types = new Map<string, readonly string[]>()
  readonly #members = new Set<string>()

  constructor(kit: string) {
    const commands = JSON.parse(readFileSync(join(kit, 'powershell-5.1.json'), 'utf8'))
    this.#common = new Set((commands.common as string[]).map((name) => name.toLowerCase()))
    this.#commands = new Map(
      Object.entries(commands.commands as Record<string, { parameters: string[] }>).map(
        ([name, { parameters }]) => [
          name.toLowerCase(),
          new Set(parameters.map((parameter) => parameter.toLowerCase())),
        ],
      ),
    )
    const types = JSON.parse(readFileSync(join(kit, 'netfx-4.7.2.json'), 'utf8')) as Record<string, string[]>
    for (const [name, members] of Object.entries(types)) {
      this.#types.set(name.toLowerCase(), members)
      for (const member of members) this.#members.add(nameOf(member))
    }
  }

  hasCommand(name: string): boolean {
    return this.#commands.has(name.toLowerCase())
  }

  hasParameter(command: string, parameter: string): boolean {
    const own = this.#commands.get(command.toLowerCase()) ?? new Set()
    const all = [...own, ...this.#common]
    // Parameters may be cut short.
    return all.some((name) => name.startsWith(parameter.toLowerCase()))
  }

  /** Names as PowerShell finds them: whole, below System, or one of its own short ones. */
  type(name: string): readonly string[] | undefined {
    const plain = name.replace(/\[\]$|\[.*\]$/, '').toLowerCase()
    return this.#types.get(SHORT[plain] ?? plain) ?? this.#types.get(`system.${plain}`)
  }

  hasStatic(type: string, member: string): boolean {
    for (let members = this.type(type); members !== undefined; ) {
      if (members.some((one) => nameOf(one) === member.toLowerCase())) return true
      const base = members.find((one) => one.startsWith(':'))
      members = base === undefined ? undefined : this.type(base.slice(1))
    }
    return false
  }

  /** Whether any type has a member of that name: of an instance the type is not known. */
  hasMember(name: string): boolean {
    return this.#members.has(name.toLowerCase())
  }
}

function nameOf(member: string): string {
  return member
    .replace(/^static /, '')
    .replace(/[( ].*$/, '')
    .toLowerCase()
}

const SHORT: Readonly<Record<string, string>> = {
  string: 'system.string',
  int: 'system.int32',
  long: 'system.int64',
  uint32: 'system.uint32',
  bool: 'system.boolean',
  byte: 'system.byte',
  char: 'system.char',
  double: 'system.double',
  object: 'system.object',
  adsi: 'system.directoryservices.directoryentry',
  scriptblock: 'system.management.automation.scriptblock',
  ref: 'system.management.automation.psreference',
  nullstring: 'system.management.automation.language.nullstring',
  regex: 'system.text.regularexpressions.regex',
  powershell: 'system.management.automation.powershell',
}
