import type { Module } from '../../src/modules/module.ts'
import type { Parameter } from '../../src/modules/parameters.ts'
import { KEYWORDS, type KeywordType, keywordsOn, type Where } from '../../src/playbook/keywords.ts'

/** A JSON Schema, draft 7: what editors read. */
export type Schema = { readonly [key: string]: unknown }

const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` })
const TEMPLATE = ref('template')
const BOOLEAN: Schema = { anyOf: [{ type: 'boolean' }, ref('boolean_word'), TEMPLATE] }
const INTEGER: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\s*[-+]?\\d+\\s*$' }, TEMPLATE],
}
const NUMBER: Schema = {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: '^\\s*\\d+(\\.\\d*)?\\s*$' }, TEMPLATE],
}
const SCALAR: Schema = { type: ['string', 'number', 'boolean'] }
const VARIABLE: Schema = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }
/** An entry that stands for the plays of another file. */
const IMPORT: Schema = {
  type: 'object',
  required: ['import_playbook'],
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    import_playbook: { type: 'string', description: 'A playbook in the same folder.' },
    vars: { type: 'object' },
    tags: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    when: {},
  },
}

const NAMES: Schema = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }
const CONDITION: Schema = { type: ['string', 'boolean'] }
const CONDITIONS: Schema = { anyOf: [CONDITION, { type: 'array', items: CONDITION }] }

const KEYWORD_SCHEMAS: Readonly<Record<KeywordType, Schema>> = {
  boolean: BOOLEAN,
  text: { type: ['string', 'number', 'boolean', 'null'] },
  integer: INTEGER,
  seconds: NUMBER,
  percentage: {
    anyOf: [
      { type: 'number', minimum: 0, maximum: 100 },
      { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*%?\\s*$' },
      TEMPLATE,
    ],
  },
  serial: { anyOf: [ref('batch_size'), { type: 'array', items: ref('batch_size') }] },
  conditions: { anyOf: [CONDITIONS, { type: 'null' }] },
  names: NAMES,
  tags: NAMES,
  variable: VARIABLE,
  variables: { type: ['object', 'null'], propertyNames: VARIABLE },
  environment: {
    anyOf: [{ type: 'object' }, { type: 'array', items: { type: ['object', 'string'] } }, TEMPLATE],
  },
  hosts: {
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', items: { type: 'string' }, minItems: 1 },
    ],
  },
  files: { anyOf: [{ type: 'string' }, { type: 'array', items: NAMES }] },
  tasks: { type: ['array', 'null'] },
  roles: { type: ['array', 'null'], items: { anyOf: [{ type: 'string' }, ref('role')] } },
  loop: { anyOf: [{ type: 'array' }, TEMPLATE, { type: 'null' }] },
  loop_control: ref('loop_control'),
  rollout: ref('rollout'),
  canary: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', minLength: 1 },
    ],
  },
  ramp: {
    anyOf: [
      { type: 'number', exclusiveMinimum: 1 },
      { type: 'array', items: ref('batch_size'), minItems: 1 },
      TEMPLATE,
    ],
  },
  size: ref('batch_size'),
  action: { type: ['string', 'object'] },
  arguments: { type: ['object', 'null'] },
  prompts: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: VARIABLE,
        prompt: { type: 'string' },
        default: { type: ['string', 'number', 'boolean', 'null'] },
        private: BOOLEAN,
        confirm: BOOLEAN,
        encrypt: { type: 'string' },
        salt: { type: 'string' },
        salt_size: INTEGER,
        unsafe: BOOLEAN,
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
  defaults: { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }] },
}

/** The schema of playbooks, for completion and hints in editors. muster's own check is stricter. */
export function playbookSchema(modules: readonly Module[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A playbook of muster',
    type: 'array',
    minItems: 1,
    items: { anyOf: [ref('play'), IMPORT] },
    definitions: {
      template: { type: 'string', pattern: '\\{\\{|\\{%' },
      boolean_word: {
        type: 'string',
        pattern: '^([yY](es)?|[nN]o?|[oO](n|ff)|[tT](rue)?|[fF](alse)?|YES|NO|ON|OFF|TRUE|FALSE|[01])$',
      },
      batch_size: {
        anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\s*-?\\d+\\s*%?\\s*$' }, TEMPLATE],
      },
      loop_control: { type: 'object', properties: keywords('loop_control'), additionalProperties: false },
      rollout: {
        type: 'object',
        properties: { ...keywords('rollout'), ...lists('gate') },
        additionalProperties: false,
      },
      play: {
        type: 'object',
        properties: {
          ...keywords('play'),
          ...lists('pre_tasks', 'tasks', 'post_tasks', 'rollback'),
          handlers: described('handlers', { type: ['array', 'null'], items: ref('handler') }),
        },
        required: ['hosts'],
        additionalProperties: false,
      },
      role: {
        type: 'object',
        properties: { role: { type: 'string' }, name: { type: 'string' }, ...keywords('role') },
        anyOf: [{ required: ['role'] }, { required: ['name'] }],
      },
      block: {
        type: 'object',
        properties: { ...keywords('block'), ...lists('block', 'rescue', 'always') },
        required: ['block'],
        additionalProperties: false,
      },
      task: taskSchema('task', modules),
      handler: taskSchema('handler', modules),
      ...Object.fromEntries(modules.map((module) => [`module_${module.name}`, moduleSchema(module)])),
    },
  }
}

/** Keywords that hold tasks and blocks. */
function lists(...names: readonly string[]): Record<string, Schema> {
  const items = { anyOf: [ref('task'), ref('block')] }
  return Object.fromEntries(names.map((name) => [name, described(name, { type: ['array', 'null'], items })]))
}

function taskSchema(where: 'task' | 'handler', modules: readonly Module[]): Schema {
  const words = modules.flatMap(({ name, aliases }) =>
    [name, ...(aliases ?? [])].flatMap((word) =>
      [word, `ansible.builtin.${word}`].map((key) => [key, ref(`module_${name}`)] as const),
    ),
  )
  return {
    type: 'object',
    properties: { ...keywords(where), ...Object.fromEntries(words) },
    patternProperties: {
      '^with_': { description: 'Run once for each item that the lookup of this name finds.' },
    },
    additionalProperties: false,
    anyOf: ['action', ...words.map(([word]) => word)].map((word) => ({ required: [word] })),
  }
}

function keywords(where: Where): Record<string, Schema> {
  return Object.fromEntries(
    keywordsOn(where).map((name) => [name, described(name, KEYWORD_SCHEMAS[KEYWORDS[name]!.type])]),
  )
}

function described(keyword: string, schema: Schema): Schema {
  return { description: KEYWORDS[keyword]!.doc, ...('$ref' in schema ? { allOf: [schema] } : schema) }
}

function moduleSchema({ documentation, spec }: Module): Schema {
  const properties = Object.entries(spec.parameters).flatMap(([name, parameter]) =>
    [name, ...(parameter.aliases ?? [])].map((word) => [word, parameterSchema(parameter)] as const),
  )
  return {
    description: documentation.summary,
    // Text: free-form or key=value words. Required parameters may stand in `args`, so the schema does not ask for them.
    type: ['object', 'string', 'null'],
    properties: Object.fromEntries(properties),
    ...(spec.freeKeys === true ? {} : { additionalProperties: false }),
  }
}

function parameterSchema(parameter: Parameter): Schema {
  const schema =
    parameter.choices === undefined ? TYPE_SCHEMAS[parameter.type](parameter) : choiceSchema(parameter)
  return { description: parameter.doc, ...schema }
}

function choiceSchema(parameter: Parameter): Schema {
  const one: Schema = { anyOf: [{ enum: parameter.choices }, TEMPLATE, { type: 'boolean' }] }
  return parameter.type === 'list' ? { anyOf: [one, { type: 'array', items: one }, { type: 'string' }] } : one
}

const ELEMENT_SCHEMAS = {
  str: SCALAR,
  path: { type: 'string' },
  int: INTEGER,
  dict: { type: ['object', 'string'] },
  raw: {},
}

const TYPE_SCHEMAS: Readonly<Record<Parameter['type'], (parameter: Parameter) => Schema>> = {
  str: () => ({ type: ['string', 'number', 'boolean', 'null'] }),
  path: () => ({ type: ['string', 'null'] }),
  bool: () => BOOLEAN,
  int: () => INTEGER,
  float: () => NUMBER,
  list: ({ elements }) => ({
    anyOf: [
      { type: 'array', items: ELEMENT_SCHEMAS[elements ?? 'str'] },
      { type: ['string', 'number', 'null'] },
    ],
  }),
  dict: () => ({ type: ['object', 'string', 'null'] }),
  mode: () => ({ type: ['string', 'integer', 'null'] }),
  conditions: () => CONDITIONS,
  expression: () => ({ type: 'string' }),
  raw: () => ({}),
}
