import { scriptProbe } from '../../probes/script.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Dict, Key, Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

/** Databases whose fields are parted by colons. */
const WITH_COLONS = ['passwd', 'shadow', 'group', 'gshadow']

/** Exit status of getent -> Ansible's words. */
const FAILURES: Readonly<Record<number, string>> = {
  1: 'Missing arguments, or database unknown.',
  2: 'One or more supplied key could not be found in the database.',
  3: 'Enumeration not supported on this database.',
}

export default defineModule({
  name: 'getent',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary:
      'Reads entries of a database of names (passwd, group, hosts, services ...), into `ansible_facts.getent_DATABASE`.',
    examples: `
- name: root
  getent: { database: passwd, key: root }
- debug:
    msg: "root's home is {{ ansible_facts.getent_passwd.root[4] }}"
`,
    returns: { ansible_facts: 'getent_DATABASE: by the first field of an entry the list of its others' },
  },
  spec: {
    parameters: {
      database: {
        type: 'str',
        required: true,
        doc: 'passwd, group, hosts, services, protocols, networks ...',
      },
      key: { type: 'str', doc: 'One entry; all without it, where the database can be listed.' },
      service: { type: 'str', doc: 'Where to look instead of what the host is set to (`files`).' },
      split: {
        type: 'str',
        doc: 'What parts the fields; a colon for passwd, group and their shadows, else blanks.',
      },
      fail_key: { type: 'bool', default: true, doc: 'Fail when there is no such entry; else it is null.' },
    },
  },
  setsFacts: (args) => {
    const database = args.get('database')
    return typeof database === 'string' ? [`getent_${database}`] : []
  },

  observe: ({ database, key, service }) => ({
    found: scriptProbe(question(database, key, service), (output) => output),
  }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(params, { found }) {
    const { database, key } = params
    if (database instanceof Secret)
      throw new TaskFailure('database is secret, and the fact is named after it')
    if (found.rc === 127)
      throw new TaskFailure('the host has no program getent', { hint: 'use slurp of /etc/passwd' })
    const missing = found.rc === 2 && key !== undefined && !params.fail_key
    if (found.rc !== 0 && !missing)
      throw new TaskFailure(FAILURES[found.rc ?? -1] ?? 'Unexpected failure!', {
        hint: key === undefined ? `can '${database}' be listed?` : `is there '${key}' in ${database}?`,
      })
    const split = revealText(params.split) ?? (WITH_COLONS.includes(database) ? ':' : undefined)
    const entries = missing ? new Map([[String(key), null]]) : entriesOf(found, split)
    const gathered = new Map<string, Value>([[`getent_${database}`, entries]])
    return {
      gathered,
      ...(missing ? { msg: FAILURES[2] as string } : {}),
      result: { ansible_facts: new Map<Key, Value>(gathered) },
    }
  },
})

function question(database: Text, key: Text | undefined, service: Text | undefined): ShellText {
  const words = [
    ...(service === undefined ? [] : ['-s', service]),
    '--',
    database,
    ...(key === undefined ? [] : [key]),
  ]
  return sh`command -v getent >/dev/null 2>&1 || exit 127; LC_ALL=C exec getent ${words}`
}

/** Several entries of one key are a list of lists. */
function entriesOf(output: Output, split: string | undefined): Dict {
  if (output.truncated)
    throw new TaskFailure('getent printed more than the connection takes', { hint: 'ask for a key' })
  const found = new Map<string, string[][]>()
  for (const line of output.stdout.toString('utf8').split('\n')) {
    if (line === '') continue
    const [key = '', ...rest] = split === undefined ? line.trim().split(/\s+/) : line.split(split)
    found.set(key, [...(found.get(key) ?? []), rest])
  }
  return new Map(
    [...found].map(([key, entries]): [Key, Value] => [
      key,
      entries.length === 1 ? (entries[0] as string[]) : entries,
    ]),
  )
}
