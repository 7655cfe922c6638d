import type { WindowsService } from '../../probes/windows/service.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { joinTexts, mapText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Text } from '../parameters.ts'
import { windowsArguments } from './arguments.ts'

/** How a service shall be configured; what is undefined stays as it is. */
export interface ServiceWish {
  readonly name: Text
  readonly path: Text | undefined
  readonly displayName: Text | undefined
  readonly description: Text | undefined
  readonly startMode: 'auto' | 'delayed' | 'manual' | 'disabled' | undefined
  readonly account: Text | undefined
  readonly dependencies: readonly Text[] | undefined
  readonly failureActions: readonly FailureAction[] | undefined
  readonly failureReset: number | undefined
  readonly failureFlag: boolean | undefined
  readonly sidType: 'none' | 'restricted' | 'unrestricted' | undefined
}

/** What is known of a service: what its host says, or what a task made of it just now. */
export type KnownService = Omit<WindowsService, 'name' | 'displayName' | 'path'> & {
  readonly name: Text
  readonly displayName: Text
  readonly path: Text
}

export interface FailureAction {
  readonly type: 'none' | 'reboot' | 'restart' | 'run_command'
  readonly delay: number
}

const SID_TYPES = { none: 0, unrestricted: 1, restricted: 3 } as const
const ACTION_TYPES = { none: 0, restart: 1, reboot: 2, run_command: 3 } as const
const SC_ACTIONS = { none: '', restart: 'restart', reboot: 'reboot', run_command: 'run' } as const
const START_NAMES = { auto: 'Automatic', manual: 'Manual', disabled: 'Disabled' } as const

/** One difference between a service and how it shall be: what it is called, and what mends it. */
export interface ServiceChange {
  readonly what: string
  readonly script: PowerShellText
}

/**
 * What has to be changed of a service that exists. Everything goes through the service manager (its cmdlets and sc.exe),
 * which does not notice what is written into the registry (facts/windows.md 4.3).
 * @throws TaskFailure
 */
export function serviceChanges(wish: ServiceWish, service: KnownService): ServiceChange[] {
  const changes: ServiceChange[] = []
  const sc = (what: string, words: readonly string[], rest: readonly Text[]) =>
    changes.push({
      what,
      script: ps`$null=m_sc ${windowsArguments([...words.slice(0, 1), service.name, ...rest])}`,
    })
  const different = (wanted: Text | undefined, have: Text) => wanted !== undefined && !sameText(wanted, have)
  if (different(wish.path, service.path)) sc('path', ['config'], ['binPath=', wish.path ?? ''])
  if (different(wish.displayName, service.displayName))
    changes.push({
      what: 'display name',
      script: ps`Set-Service -Name ${service.name} -DisplayName ${wish.displayName ?? ''}`,
    })
  if (different(wish.description, service.description))
    changes.push({
      what: 'description',
      script: ps`Set-Service -Name ${service.name} -Description ${wish.description ?? ''}`,
    })
  if (wish.startMode !== undefined && wish.startMode !== service.startMode) {
    if (wish.startMode === 'delayed') sc('start mode', ['config'], ['start=', 'delayed-auto'])
    else if (service.startMode === 'delayed' && wish.startMode === 'auto')
      sc('start mode', ['config'], ['start=', 'auto'])
    else
      changes.push({
        what: 'start mode',
        script: ps`Set-Service -Name ${service.name} -StartupType ${START_NAMES[wish.startMode]}`,
      })
  }
  if (wish.account !== undefined && !sameText(mapText(wish.account, accountKey), accountKey(service.account)))
    sc(
      'account',
      ['config'],
      ['obj=', wish.account, ...(needsPassword(wish.account) ? ['password=', ''] : [])],
    )
  if (wish.dependencies !== undefined && !sameText(listKey(wish.dependencies), listKey(service.dependencies)))
    sc(
      'dependencies',
      ['config'],
      ['depend=', wish.dependencies.length === 0 ? '/' : joinTexts(wish.dependencies, '/')],
    )
  if (wish.failureActions !== undefined || wish.failureReset !== undefined) {
    const reset = wish.failureReset ?? 86_400
    const actions = wish.failureActions ?? []
    if (failureBytes(reset, actions) !== failureKey(service.failureActions))
      sc(
        'failure actions',
        ['failure'],
        [
          ...['reset=', String(reset), 'actions='],
          actions.map(({ type, delay }) => `${SC_ACTIONS[type]}/${delay}`).join('/'),
        ],
      )
  }
  if (wish.failureFlag !== undefined && wish.failureFlag !== service.failureFlag)
    sc('failure flag', ['failureflag'], [wish.failureFlag ? '1' : '0'])
  if (wish.sidType !== undefined && SID_TYPES[wish.sidType] !== service.sidType)
    sc('SID type', ['sidtype'], [wish.sidType])
  return changes
}

/** Makes a service. @throws TaskFailure when the task names no program for it */
export function createService(wish: ServiceWish): PowerShellText {
  if (wish.path === undefined)
    throw new TaskFailure(`there is no service ${wish.name}`, {
      hint: 'path says which program it shall run',
    })
  const start = wish.startMode ?? 'auto'
  const startup = START_NAMES[start === 'delayed' ? 'auto' : start]
  return ps`$null=New-Service -Name ${wish.name} -BinaryPathName ${wish.path} -DisplayName ${wish.displayName ?? wish.name} -StartupType ${startup}`
}

/** As it is after it was made, so that what New-Service cannot set is found different. */
export function newService(wish: ServiceWish): KnownService {
  const start = wish.startMode ?? 'auto'
  return {
    exists: true,
    name: wish.name,
    displayName: wish.displayName ?? wish.name,
    state: 'stopped',
    startMode: start === 'delayed' ? 'auto' : start,
    path: wish.path ?? '',
    account: 'LocalSystem',
    description: '',
    dependencies: [],
    dependents: [],
    environment: [],
    failureActions: '',
    failureFlag: false,
    sidType: 0,
    type: 16,
  }
}

/** The spellings of an account that mean the same. */
function accountKey(account: string): string {
  const key = account
    .toLowerCase()
    .replace(/^nt authority\\(?=local|network)/, 'nt authority\\')
    .replaceAll(' ', '')
  if (/^(?:ntauthority\\)?(?:local)?system$/.test(key)) return 'localsystem'
  return /^(?:localservice|networkservice)$/.test(key) ? `ntauthority\\${key}` : key
}

/** Accounts that Windows looks after itself take none. */
function needsPassword(account: Text): boolean {
  if (textMatches(account, /^(?:localsystem|system|nt authority\\|nt service\\)|\$$/i)) return false
  throw new TaskFailure(
    `the account ${account} needs a password, which could only be given in a command line`,
    {
      hint: 'use a virtual account (NT SERVICE\\name), LocalService, NetworkService or a group managed account (DOMAIN\\name$)',
    },
  )
}

function listKey(names: readonly Text[]): Text {
  return mapText(joinTexts(names, '/'), (text) => text.toLowerCase())
}

/** Reset period, number and list of actions as the registry holds them (facts/windows.md 4.3). */
function failureBytes(reset: number, actions: readonly FailureAction[]): string {
  return [reset, ...actions.flatMap(({ type, delay }) => [ACTION_TYPES[type], delay])].join(',')
}

function failureKey(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length < 20) return ''
  const count = bytes.readUInt32LE(12)
  const numbers = Array.from({ length: count * 2 }, (_, at) => {
    const place = 20 + at * 4
    return place + 4 <= bytes.length ? bytes.readUInt32LE(place) : 0
  })
  return [bytes.readUInt32LE(0), ...numbers].join(',')
}
