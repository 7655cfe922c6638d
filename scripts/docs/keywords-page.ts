import { KEYWORDS, keywordsOn, type Where } from '../../src/playbook/keywords.ts'
import {
  insteadOfKeyword,
  insteadOfModule,
  keywordsNotYet,
  modulesNotYet,
} from '../../src/playbook/tasks/not-yet.ts'
import { lookupNames } from '../../src/template/lookups/index.ts'
import { table } from './table.ts'

const PLACES: readonly (readonly [Where, string])[] = [
  ['play', 'Of a play'],
  ['role', 'Of an entry of roles'],
  ['block', 'Of a block'],
  ['task', 'Of a task'],
  ['handler', 'Of a handler'],
  ['loop_control', 'Of loop_control'],
  ['rollout', 'Of rollout'],
]

/** The reference page of keywords, in Markdown. */
export function keywordsPage(): string {
  const parts = [
    '# Keywords of a playbook',
    'They mean what they mean in Ansible. A playbook with any other word is refused before a connection is made.',
    ...PLACES.flatMap(([place, title]) => [`## ${title}`, keywords(place)]),
    '## Loops of old',
    `\`with_NAME\` loops over what a lookup finds: ${lookupNames()
      .map((name) => `\`with_${name}\``)
      .join(
        ', ',
      )}. \`with_first_found\` looks in the folder that belongs to the module (\`templates/\`, \`vars/\`, \`files/\`) and passes over undefined terms.`,
    '## Not supported yet',
    'Keywords that Ansible has, and what to do until muster has them:',
    notYet(keywordsNotYet(), (name) => insteadOfKeyword(name)),
    'Modules and actions:',
    notYet(modulesNotYet(), insteadOfModule),
  ]
  return `${parts.join('\n\n')}\n`
}

function keywords(place: Where): string {
  const rows = keywordsOn(place).map((name) => [`\`${name}\``, KEYWORDS[name]!.type, KEYWORDS[name]!.doc])
  return table(['keyword', 'type', 'meaning'], rows)
}

function notYet(names: readonly string[], instead: (name: string) => string | undefined): string {
  return table(
    ['word', 'instead'],
    names.map((name) => [`\`${name}\``, instead(name) ?? '']),
  )
}
