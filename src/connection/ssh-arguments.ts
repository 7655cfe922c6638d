import { didYouMean } from '../values/nearest.ts'
import type { Found, SettingReader } from './setting-reader.ts'

/** What the options of OpenSSH in `ansible_ssh_args` and its like set for muster. */
export interface SshArguments {
  readonly strictHostKeyChecking?: 'yes' | 'accept-new' | 'no'
  readonly userKnownHostsFiles?: readonly string[]
  /** Seconds. */
  readonly connectTimeout?: number
  /** Seconds; 0, OpenSSH's word for never, is not taken: a host that falls silent would hold up a run for ever. */
  readonly serverAliveInterval?: number
  readonly serverAliveCountMax?: number
}

const READ = [
  'StrictHostKeyChecking',
  'UserKnownHostsFile',
  'ConnectTimeout',
  'ServerAliveInterval',
  'ServerAliveCountMax',
]

/** Options about speed, output and habits of OpenSSH; muster has its own ways, so they change nothing. */
const WITHOUT_EFFECT = new Set(
  [
    'BatchMode',
    'CheckHostIP',
    'Compression',
    'ConnectionAttempts',
    'ControlMaster',
    'ControlPath',
    'ControlPersist',
    'GSSAPIAuthentication',
    'IdentitiesOnly',
    'IPQoS',
    'LogLevel',
    'PreferredAuthentications',
    'TCPKeepAlive',
    'UpdateHostKeys',
  ].map((name) => name.toLowerCase()),
)
const FLAGS_WITHOUT_EFFECT = new Set(['-C', '-q', '-v', '-vv', '-vvv', '-4', '-6', '-T', '-tt', '-t'])
const INSTEAD: Readonly<Record<string, string>> = {
  port: 'ansible_port',
  user: 'ansible_user',
  identityfile: 'ansible_ssh_private_key_file',
  hostname: 'ansible_host',
}

/**
 * Reads options of OpenSSH as Ansible's inventories have them. An option that would change how a host is reached and
 * that muster does not know (`ProxyJump`) is a problem: to connect without it would reach another machine or none.
 */
export function readSshArguments(reader: SettingReader, names: readonly string[]): SshArguments {
  const values = new Map<string, string>()
  for (const name of names) {
    const text = reader.text([name])
    if (text === undefined) continue
    for (const [key, value] of options(text, reader, name)) if (!values.has(key)) values.set(key, value)
  }
  const strict = values.get('stricthostkeychecking')?.toLowerCase()
  const files = values.get('userknownhostsfile')
  const timeout = positive(values.get('connecttimeout'))
  const interval = positive(values.get('serveraliveinterval'))
  const count = positive(values.get('serveralivecountmax'))
  return {
    ...(strict === undefined ? {} : { strictHostKeyChecking: readStrict(strict, reader, names) }),
    ...(files === undefined ? {} : { userKnownHostsFiles: files.split(/\s+/).filter((file) => file !== '') }),
    ...(timeout === undefined ? {} : { connectTimeout: timeout }),
    ...(interval === undefined ? {} : { serverAliveInterval: interval }),
    ...(count === undefined ? {} : { serverAliveCountMax: count }),
  }
}

function positive(text: string | undefined): number | undefined {
  return text === undefined || !/^[1-9]\d*$/.test(text) ? undefined : Number(text)
}

function readStrict(
  word: string,
  reader: SettingReader,
  names: readonly string[],
): 'yes' | 'accept-new' | 'no' {
  if (word === 'accept-new') return word
  if (word === 'no' || word === 'off') return 'no'
  if (word !== 'yes' && word !== 'ask') {
    const found = reader.find(names)!
    reader.problem(found, `sets StrictHostKeyChecking to ${word}`, 'write yes, accept-new or no')
  }
  return 'yes'
}

/** Key and value of each option that counts; reports the others. */
function* options(text: string, reader: SettingReader, name: string): Generator<[string, string]> {
  const words = splitWords(text)
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (FLAGS_WITHOUT_EFFECT.has(word)) continue
    if (!word.startsWith('-o')) {
      reader.problem({ name }, `has ${word}, which muster does not know`, 'it knows -o OPTION=VALUE')
      return
    }
    const option = word === '-o' ? (words[++at] ?? '') : word.slice(2)
    const [, key = '', value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/s.exec(option) ?? []
    const lower = key.toLowerCase()
    if (READ.some((known) => known.toLowerCase() === lower)) yield [lower, value.trim()]
    else if (!WITHOUT_EFFECT.has(lower)) reportUnknown({ name }, key === '' ? option : key, reader)
  }
}

function reportUnknown(found: Pick<Found, 'name'>, option: string, reader: SettingReader): void {
  const instead = INSTEAD[option.toLowerCase()]
  const hint =
    instead !== undefined
      ? `set ${instead} instead`
      : (didYouMean(option, READ) ?? `it knows ${READ.join(', ')}; jump hosts come later`)
  reader.problem(found, `has -o ${option}, which muster does not know`, hint)
}

/** Words of a command line with quotes, as Ansible splits them. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}
