import type { Module } from '../../src/modules/module.ts'
import type { Parameter, ParameterSpec } from '../../src/modules/parameters.ts'
import { jsonOf } from '../../src/values/json-value.ts'
import { table } from './table.ts'

const CHECK_MODE = {
  predict: 'In check mode it says what it would change.',
  skip: 'In check mode it is skipped, unless its parameters tell that nothing would run.',
  run: 'It changes nothing, and runs in check mode too.',
} as const

/** The reference page of a module, in Markdown. */
export function modulePage(module: Module): string {
  const { documentation, spec } = module
  const parts = [
    `# ${module.name}`,
    documentation.summary,
    `${runsOn(module)} ${CHECK_MODE[module.checkMode ?? 'predict']}`,
    ...(module.aliases === undefined ? [] : [`Also called ${module.aliases.map(code).join(', ')}.`]),
    '## Parameters',
    parameters(spec),
    ...rules(spec),
    ...(documentation.notes === undefined
      ? []
      : ['## Notes', documentation.notes.map((note) => `- ${note}`).join('\n')]),
    '## Examples',
    `\`\`\`yaml\n${documentation.examples.trim()}\n\`\`\``,
    ...returns(documentation.returns),
  ]
  return `${parts.join('\n\n')}\n`
}

function runsOn(module: Module): string {
  return module.runsOn === 'controller' ? 'Runs on the controller.' : 'Runs on the host.'
}

function parameters(spec: ParameterSpec): string {
  const rows = Object.entries(spec.parameters).map(([name, parameter]) => [
    [code(name), ...(parameter.aliases ?? []).map(code)].join('<br>'),
    typeWords(parameter),
    parameter.required === true ? 'required' : defaultWords(parameter),
    parameter.doc,
  ])
  if (spec.freeKeys === true) rows.push(['any other', 'raw', '', 'Taken as a variable of that name.'])
  return table(['parameter', 'type', 'default', 'meaning'], rows)
}

function typeWords(parameter: Parameter): string {
  if (parameter.choices !== undefined) return parameter.choices.map(code).join(', ')
  const type = parameter.type === 'list' ? `list of ${parameter.elements ?? 'str'}` : parameter.type
  return parameter.secret === true ? `${type}, secret` : type
}

function defaultWords(parameter: Parameter): string {
  return parameter.default === undefined ? '' : code(JSON.stringify(jsonOf(parameter.default)))
}

function rules(spec: ParameterSpec): string[] {
  const names = (words: readonly string[]) => words.map(code).join(', ')
  const lines = [
    ...(spec.freeForm === undefined
      ? []
      : [`Text behind the module's name is taken as ${code(spec.freeForm)}.`]),
    ...(spec.mutuallyExclusive ?? []).map((group) => `Only one of ${names(group)} may be given.`),
    ...(spec.requiredOneOf ?? []).map((group) => `One of ${names(group)} is required.`),
    ...Object.entries(spec.requiredBy ?? {}).map(([name, needed]) => `${code(name)} needs ${names(needed)}.`),
    ...(spec.requiredIf ?? []).map(
      ([name, value, needed]) =>
        `${code(`${name}: ${JSON.stringify(jsonOf(value))}`)} needs ${names(needed)}.`,
    ),
  ]
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

function returns(keys: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(keys).map(([key, meaning]) => [code(key), meaning])
  return rows.length === 0 ? [] : ['## Result', table(['key', 'meaning'], rows)]
}

function code(text: string): string {
  return `\`${text}\``
}
