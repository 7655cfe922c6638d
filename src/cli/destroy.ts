import { Command } from 'commander'
import type { AwsClients } from '../aws/clients.ts'
import { createClients } from '../aws/create-clients.ts'
import { AwsFailure } from '../aws/errors.ts'
import { chooseRegion } from '../aws/identity.ts'
import { DEFAULT_OWNER } from '../aws/tags.ts'
import { accountTable, removalLine, staysLines } from '../report/account.ts'
import { EXIT } from '../run/exit-code.ts'
import { type AccountInventory, countThings, findInAccount } from '../teardown/find.ts'
import { type Removal, removeFromAccount } from '../teardown/remove.ts'
import { InputError } from '../values/problem.ts'
import { askLine } from './terminal/ask-line.ts'
import { listenForInterruption } from './terminal/interruption.ts'

interface Options {
  readonly owner: string
  readonly region?: string
  readonly keepRoles?: boolean
  readonly plan?: boolean
  readonly yes?: boolean
  readonly verbose?: boolean
}

/** `muster destroy`: takes from the account what muster made there, and nothing else. */
export function destroyCommand(): Command {
  return new Command('destroy')
    .option('--owner <name>', 'whose: what carries the tag muster:managed with this name', DEFAULT_OWNER)
    .option('--region <region>', 'AWS region; AWS_REGION when missing')
    .option('--keep-roles', 'leave roles, which nodes of other regions may have')
    .option('--plan', 'show what would be removed, and remove nothing')
    .option('--yes', 'do not ask')
    .option('-v, --verbose', 'show every row')
    .action(async (options: Options) => {
      process.exitCode = await destroy(options)
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is left, 2 something is (with --plan: there is something to remove), 1 refused, 130 interrupted',
    )
}

async function destroy(options: Options): Promise<number> {
  using interruption = listenForInterruption('run it again, it goes on with what is left')
  try {
    const clients = createClients(chooseRegion(options.region))
    const all = await findInAccount(clients, options.owner, interruption.signal)
    const found = options.keepRoles === true ? { ...all, roles: [] } : all
    const place = `account ${found.account}, region ${found.region}, owner ${found.owner}`
    if (countThings(found) === 0) {
      process.stdout.write(`${place}: there is nothing that muster made\n`)
      return EXIT.ok
    }
    process.stdout.write(`${place}\n\n${accountTable(found, options.verbose === true)}`)
    if (options.plan === true) {
      process.stdout.write(staysLines(found))
      return EXIT.failed
    }
    if (options.yes !== true) await confirm(found, interruption.signal)
    return await remove(clients, found, interruption.signal)
  } catch (error) {
    if (interruption.signal.aborted) {
      process.stderr.write('interrupted: run it again, it goes on with what is left\n')
      return EXIT.interrupted
    }
    if (!(error instanceof AwsFailure)) throw error
    throw new InputError([{ message: error.message, hint: error.hint }])
  }
}

/** @throws InputError unless the owner's name is typed on a terminal */
async function confirm(found: AccountInventory, signal: AbortSignal): Promise<void> {
  const count = countThings(found)
  const things = count === 1 ? 'this one thing' : `these ${count} things`
  if (process.stdin.isTTY !== true)
    throw new InputError([
      { message: `${things} would be removed, and nobody can be asked`, hint: 'give --yes' },
    ])
  const typed = await askLine(`\nType the owner's name (${found.owner}) to remove ${things}: `, signal)
  if (typed !== found.owner) throw new InputError([{ message: 'that is not the name' }])
}

async function remove(clients: AwsClients, found: AccountInventory, signal: AbortSignal): Promise<number> {
  process.stdout.write('\n')
  const stays: Removal[] = []
  for await (const removal of removeFromAccount(clients, found, signal)) {
    if (removal.failure !== undefined) stays.push(removal)
    process.stdout.write(removalLine(removal))
  }
  const count = countThings(found)
  process.stdout.write(
    `\n${count - stays.length} of ${count} removed${stays.length === 0 ? '' : '; run it again when the causes are gone'}\n`,
  )
  return stays.length === 0 ? EXIT.ok : EXIT.failed
}
