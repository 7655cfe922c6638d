import fc from 'fast-check'

/** A value that every form of inventory can write. Floats have a fraction, so that every form keeps them floats. */
export type FormValue = boolean | number | string | FormValue[] | { [key: string]: FormValue }
type Vars = Readonly<Record<string, FormValue>>

/** A random inventory, independent of any form. */
export interface Model {
  readonly groups: readonly {
    readonly name: string
    readonly hosts: readonly string[]
    readonly vars: Vars
    /** Groups that come later, so that there is no loop. */
    readonly children: readonly string[]
  }[]
  readonly ungrouped: readonly string[]
  readonly allVars: Vars
  readonly hostVars: ReadonlyMap<string, Vars>
}

const GROUPS = ['web', 'db', 'north', 'Site_1', 'b10', 'b9', '_x']
const HOSTS = ['web01', 'web02', 'db1.example.com', '192.0.2.7', '2001:db8::5', 'h_1', 'H2', 'z']

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((each) => each.isWellFormed()),
  fc.constantFrom(
    'yes',
    '017',
    'None',
    '1.0',
    "it's",
    'a"b',
    'a # b',
    '{{ v0 }}',
    'x=y',
    '\\d',
    ' a ',
    '',
    "['a']",
  ),
)
const value: fc.Arbitrary<FormValue> = fc.letrec<{ value: FormValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.integer(),
    fc.integer({ min: -1000, max: 1000 }).map((number) => number + 0.5),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('k', 'a b', 'é'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

const vars = fc.dictionary(fc.constantFrom('v0', 'v1', 'v2', 'v3'), value, {
  maxKeys: 3,
  noNullPrototype: true,
})
const groupVars = fc
  .tuple(vars, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }))
  .map(([own, priority]) => (priority === undefined ? own : { ...own, ansible_group_priority: priority }))

export const model: fc.Arbitrary<Model> = fc
  .record({
    groups: fc.shuffledSubarray(GROUPS).chain((names) =>
      fc.tuple(
        ...names.map((name, index) =>
          fc.record({
            name: fc.constant(name),
            hosts: fc.shuffledSubarray(HOSTS),
            vars: groupVars,
            children: fc.subarray(names.slice(index + 1)),
          }),
        ),
      ),
    ),
    alone: fc.shuffledSubarray(HOSTS),
    allVars: vars,
    hostVars: fc.array(vars, { minLength: HOSTS.length, maxLength: HOSTS.length }),
  })
  .map(({ groups, alone, allVars, hostVars }) => {
    const grouped = new Set(groups.flatMap((group) => group.hosts))
    const ungrouped = alone.filter((host) => !grouped.has(host))
    const known = [...ungrouped, ...grouped]
    return {
      groups,
      ungrouped,
      allVars,
      hostVars: new Map(known.map((host) => [host, hostVars[HOSTS.indexOf(host)]!])),
    }
  })

/** The same inventory in every form, by the name of its file; in all, groups and hosts are mentioned in one order. */
export function written(inventory: Model): ReadonlyMap<string, string> {
  const data = asData(inventory)
  return new Map([
    ['hosts.ini', asIni(inventory)],
    ['hosts.json', JSON.stringify(data, null, 1)],
    ['hosts.yaml', asYaml(data)],
    ['hosts.toml', asToml(inventory)],
    ['hosts.sh', asScript(inventory)],
  ])
}

/** Variables stand where a host is named first. */
function firstMentions({ hostVars }: Model): (host: string) => Vars {
  const seen = new Set<string>()
  return (host) => {
    const own = seen.has(host) ? {} : hostVars.get(host)!
    seen.add(host)
    return own
  }
}

function asData(inventory: Model): Record<string, Record<string, unknown>> {
  const varsOf = firstMentions(inventory)
  const hosts = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, varsOf(name)]))
  const data: Record<string, Record<string, unknown>> = { ungrouped: { hosts: hosts(inventory.ungrouped) } }
  for (const group of inventory.groups) {
    const children = Object.fromEntries(group.children.map((name) => [name, {}]))
    data[group.name] = { hosts: hosts(group.hosts), vars: group.vars, children }
  }
  data['all'] = { vars: inventory.allVars }
  return data
}

/** YAML in blocks; values in braces, as JSON writes them. */
function asYaml(data: Record<string, Record<string, unknown>>): string {
  const lines: string[] = []
  for (const [group, sections] of Object.entries(data)) {
    lines.push(`${group}:`)
    for (const [section, entries] of Object.entries(sections)) {
      lines.push(`  ${section}:`)
      for (const [name, body] of Object.entries(entries as object)) {
        if (section !== 'hosts')
          lines.push(`    ${JSON.stringify(name)}: ${escaped(JSON.stringify(body), 8)}`)
        else {
          lines.push(`    "${name}":`)
          for (const [key, item] of Object.entries(body as object)) {
            lines.push(`      ${key}: ${escaped(JSON.stringify(item), 8)}`)
          }
        }
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function asIni(inventory: Model): string {
  const varsOf = firstMentions(inventory)
  const hostLine = (name: string) => {
    const words = Object.entries(varsOf(name)).map(
      ([key, item]) => `${key}='${python(item).replaceAll("'", `'"'"'`)}'`,
    )
    return [name, ...words].join(' ')
  }
  const section = (header: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`[${header}]`, ...lines, '']
  const assignments = (set: Vars) => Object.entries(set).map(([key, item]) => `${key} = ${python(item)}`)
  return [
    ...inventory.ungrouped.map(hostLine),
    ...inventory.groups.flatMap((group) => [`[${group.name}]`, ...group.hosts.map(hostLine)]),
    ...inventory.groups.flatMap((group) => section(`${group.name}:vars`, assignments(group.vars))),
    ...inventory.groups.flatMap((group) => section(`${group.name}:children`, group.children)),
    ...section('all:vars', assignments(inventory.allVars)),
  ].join('\n')
}

function asToml(inventory: Model): string {
  const varsOf = firstMentions(inventory)
  const table = (set: Vars) =>
    `{ ${Object.entries(set)
      .map(([key, item]) => `${JSON.stringify(key)} = ${toml(item)}`)
      .join(', ')} }`
  const hosts = (names: readonly string[]) =>
    names.map((name) => `${JSON.stringify(name)} = ${table(varsOf(name))}`)
  return [
    '[ungrouped.hosts]',
    ...hosts(inventory.ungrouped),
    ...inventory.groups.flatMap((group) => [
      `[${group.name}]`,
      `children = ${JSON.stringify(group.children)}`,
      `vars = ${table(group.vars)}`,
      `[${group.name}.hosts]`,
      ...hosts(group.hosts),
    ]),
    '[all]',
    `vars = ${table(inventory.allVars)}`,
  ].join('\n')
}

function asScript({ groups, ungrouped, allVars, hostVars }: Model): string {
  const data: Record<string, unknown> = { ungrouped: { hosts: ungrouped } }
  for (const { name, hosts, vars: own, children } of groups) data[name] = { hosts, vars: own, children }
  data['all'] = { vars: allVars }
  data['_meta'] = { hostvars: Object.fromEntries(hostVars) }
  return `#!/bin/sh\ncat <<'END OF ANSWER'\n${escaped(JSON.stringify(data), 4)}\nEND OF ANSWER\n`
}

/** A literal of Python. */
function python(item: FormValue): string {
  if (typeof item === 'boolean') return item ? 'True' : 'False'
  if (typeof item === 'number') return String(item)
  if (typeof item === 'string') return escaped(JSON.stringify(item), 8)
  if (Array.isArray(item)) return `[${item.map(python).join(', ')}]`
  return `{${Object.entries(item)
    .map(([key, each]) => `${python(key)}: ${python(each)}`)
    .join(', ')}}`
}

function toml(item: FormValue): string {
  if (typeof item === 'string') return escaped(JSON.stringify(item), 8)
  if (typeof item !== 'object') return String(item)
  if (Array.isArray(item)) return `[${item.map(toml).join(', ')}]`
  return `{ ${Object.entries(item)
    .map(([key, each]) => `${escaped(JSON.stringify(key), 8)} = ${toml(each)}`)
    .join(', ')} }`
}

/** JSON's text with everything beyond printable ASCII escaped; beyond four digits as pairs, or as eight digits. */
function escaped(json: string, digits: 4 | 8): string {
  const hex = (code: number, length: number) => code.toString(16).padStart(length, '0')
  return json.replace(/[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!
    if (code <= 0xffff) return `\\u${hex(code, 4)}`
    if (digits === 8) return `\\U${hex(code, 8)}`
    return [...Array(character.length).keys()].map((at) => `\\u${hex(character.charCodeAt(at), 4)}`).join('')
  })
}
