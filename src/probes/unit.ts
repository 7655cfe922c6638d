import { lines, type ShellText, sh } from '../shell/sh.ts'
import { revealText, type Secret } from '../values/secret.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { displayText } from '../values/text/visible.ts'
import type { Output } from '../values/transfer.ts'
import { MOVED, type Probe, type ProbeKind, probe } from './probe.ts'

/** Whose units: of the system, of the user who asks, or of all users. */
export type UnitScope = 'system' | 'user' | 'global'

interface Question {
  /** A name as systemctl takes it; null asks only whether any unit's file has changed. */
  readonly name: string | null
  readonly scope: UnitScope
}

/** What systemd says of a unit. */
export interface Unit {
  /** systemctl is there and answers. */
  readonly running: boolean
  /** What it said when it does not. */
  readonly complaint: string
  /** systemd's names and values; of a question without a name only NeedDaemonReload. */
  readonly properties: ReadonlyMap<string, string>
}

/** The words that begin a systemctl command of that scope. */
export function systemctl(scope: UnitScope): ShellText {
  return scope === 'system' ? sh`LC_ALL=C systemctl` : sh`LC_ALL=C systemctl ${`--${scope}`}`
}

const SCOPES: readonly UnitScope[] = ['system', 'user', 'global']
const MARK = '\0'

const kind: ProbeKind<Question, Unit> = {
  name: 'unit',
  subjects: ['units', 'packages'],
  key: ({ name, scope }) => `${scope} ${name ?? ''}`,
  posix: {
    // A systemctl a scope for all units, and one more where it is asked whether any file has changed.
    script: (all) =>
      lines([
        sh`if command -v systemctl >/dev/null 2>&1; then`,
        ...SCOPES.map((scope) => {
          const names = namesOf(all, scope)
          return names.length === 0
            ? sh`:`
            : sh`  ${systemctl(scope)} show -- ${names} 2>&1; printf '\0%s\0' $?`
        }),
        ...SCOPES.map((scope) =>
          all.some((one) => one.scope === scope && one.name === null)
            ? sh`  m_o=$(${systemctl(scope)} show -p NeedDaemonReload '*' 2>&1); m_s=$?
  case $m_o in *NeedDaemonReload=yes*) m_o=NeedDaemonReload=yes ;; *NeedDaemonReload=no*) m_o=NeedDaemonReload=no ;; esac
  printf '%s\0%s\0' "$m_o" "$m_s"`
            : sh`:`,
        ),
        sh`else printf '\0none\0'; fi`,
      ]),
    read: readAll,
  },
}

/** A unit of systemd. All units of a scope cost one process. */
export function unit(name: string | Secret, scope: UnitScope = 'system'): Probe<Unit> {
  return probe(kind, { name: revealText(name), scope })
}

/** Whether the file of any unit has changed since systemd read it: the property NeedDaemonReload. */
export function anyUnit(scope: UnitScope): Probe<Unit> {
  return probe(kind, { name: null, scope })
}

function namesOf(all: readonly Question[], scope: UnitScope): string[] {
  return all.flatMap((one) => (one.scope === scope && one.name !== null ? one.name : []))
}

function readAll(output: Output, all: readonly Question[]): (Unit | typeof MOVED)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('ask systemd: the host printed too much')
  const text = output.stdout.toString('utf8')
  if (text.endsWith('\0none\0')) return all.map(() => notRunning('systemctl is not there'))
  const parts = text.split(MARK)
  const answers = new Map<Question, Unit | typeof MOVED>()
  let at = 0
  for (const scope of SCOPES) {
    const asked = all.filter((one) => one.scope === scope && one.name !== null)
    if (asked.length === 0) continue
    const [shown = '', status] = [parts[at], parts[at + 1]]
    at += 2
    for (const [index, answer] of readShown(shown, status, scope, asked.length).entries())
      answers.set(asked[index] as Question, answer)
  }
  for (const scope of SCOPES) {
    const question = all.find((one) => one.scope === scope && one.name === null)
    if (question === undefined) continue
    const [answer] = readShown(parts[at] ?? '', parts[at + 1], scope, 1)
    at += 2
    answers.set(question, answer as Unit | typeof MOVED)
  }
  return all.map((one) => answers.get(one) ?? notRunning('no answer'))
}

/** systemctl separates units by an empty line, and shows them in the order asked. */
function readShown(
  shown: string,
  status: string | undefined,
  scope: UnitScope,
  count: number,
): (Unit | typeof MOVED)[] {
  const several = Array.from({ length: count })
  if (status !== '0') return several.map(() => notRunning(shown))
  const blocks = shown.trimEnd().split('\n\n')
  if (blocks.length !== count) return several.map(() => (count === 1 ? single(shown, scope) : MOVED))
  return blocks.map((block) => single(block, scope))
}

function single(block: string, scope: UnitScope): Unit {
  const properties = readProperties(block)
  // For all units the output is empty when none is loaded (offline): then nothing answers.
  return properties.size > 0 || scope === 'global'
    ? { running: true, complaint: '', properties }
    : notRunning(block)
}

function notRunning(said: string): Unit {
  const complaint = displayText(said).trim()
  return { running: false, complaint: complaint === '' ? 'no answer' : complaint, properties: new Map() }
}

/** `Name=value` lines; a line that is none belongs to the value before it. */
export function readProperties(text: string): Map<string, string> {
  const properties = new Map<string, string[]>()
  let last: string[] | undefined
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Za-z0-9]*)=(.*)$/s.exec(line)
    if (match !== null) {
      last = [match[2] as string]
      properties.set(match[1] as string, last)
    } else if (line !== '') last?.push(line)
  }
  return new Map([...properties].map(([name, values]) => [name, values.join('\n')]))
}
