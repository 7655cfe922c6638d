import type { AccountInventory } from '../teardown/find.ts'
import { type Removal, stillUsed } from '../teardown/remove.ts'
import { visible } from '../values/text/visible.ts'
import { columns } from './columns.ts'
import { paint } from './lines.ts'

/** Rows of one kind that are shown unless all are asked for. */
const SHOWN = 20

/** What muster made in an account, as a table, and what to know before it goes. */
export function accountTable(found: AccountInventory, all: boolean): string {
  const rows = [activationRows(found), nodeRows(found), roleRows(found), workspaceRows(found)]
  const kept = rows.map((kind) => (all ? kind : kind.slice(0, SHOWN)))
  const [header, ...lines] = columns([['KIND', 'NAME', 'ID', ''], ...kept.flat()])
  const left = rows.flatMap((kind, index) => {
    const more = kind.length - kept[index]!.length
    return more === 0 ? [] : [`… and ${more} more of the kind ${kind[0]![0]} (-v shows all)`]
  })
  return `${[header, ...lines, ...left, '', ...remarks(found)].join('\n')}\n`
}

function activationRows({ activations }: AccountInventory): string[][] {
  return activations.map(({ id, role, limit, registrations, expired }) => [
    'activation',
    '-',
    id,
    `role ${role}, ${registrations} of ${limit} registered${expired ? ', expired' : ''}`,
  ])
}

function nodeRows({ nodes }: AccountInventory): string[][] {
  return nodes.map(({ id, name, computerName, pingStatus }) => [
    'node',
    computerName ?? name ?? '-',
    id,
    pingStatus,
  ])
}

function roleRows({ roles }: AccountInventory): string[][] {
  return roles.map(({ role, usedBy }) => {
    const policies = role.managedPolicies.length + Object.keys(role.inlinePolicies).length
    const stays = usedBy.length === 0 ? '' : `, STAYS: used by ${usedBy.length} that muster did not make`
    return ['role', role.name, role.arn, `${policies} ${policies === 1 ? 'policy' : 'policies'}${stays}`]
  })
}

function workspaceRows({ workspaces }: AccountInventory): string[][] {
  return workspaces.map(({ id, alias, status }) => [
    'workspace',
    alias ?? '-',
    id,
    `${status}, with all metrics in it`,
  ])
}

function remarks({ nodes, roles }: AccountInventory): string[] {
  const online = nodes.filter(({ pingStatus }) => pingStatus === 'Online').length
  return [
    ...(online === 0
      ? []
      : [
          `${online} ${online === 1 ? 'node is' : 'nodes are'} Online: the agents go on running and are refused; playbooks/offboard.yaml takes them from the hosts first`,
        ]),
    ...(roles.length === 0
      ? []
      : [
          'roles belong to the whole account: nodes of other regions that have them lose their credentials (--keep-roles leaves them)',
        ]),
  ]
}

/** A line for what became of a thing; cause and next step below what is still there. */
export function removalLine({ kind, name, failure }: Removal): string {
  if (failure === undefined) return `${paint('changed', `removed  ${kind} ${visible(name)}`)}\n`
  const hint = failure.hint === undefined ? '' : `\n    -> ${visible(failure.hint)}`
  return `${paint('failed', `STAYS    ${kind} ${visible(name)}`)}\n    ${visible(failure.message)}${hint}\n`
}

/** What will stay, in the words of the removal. */
export function staysLines({ roles }: AccountInventory): string {
  return roles
    .filter(({ usedBy }) => usedBy.length > 0)
    .map(({ role, usedBy }) =>
      removalLine({ kind: 'role', name: role.name, failure: stillUsed(role.name, usedBy) }),
    )
    .join('')
}
