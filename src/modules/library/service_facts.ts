import { type Field, readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { type Dict, dict, type Key, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'

const WHAT = 'list services'

/** Their status says more than whether they are enabled. */
const BAD_STATES = ['not-found', 'masked', 'failed']

export default defineModule({
  name: 'service_facts',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Reads the services of the host, into `ansible_facts.services`.',
    notes: ['Of systemd, and of init scripts by the program `service`.'],
    examples: `
- name: what runs
  service_facts:
- debug:
    msg: the agent runs
  when: ansible_facts.services['amazon-ssm-agent.service'].state | default('stopped') == 'running'
`,
    returns: {
      ansible_facts:
        'services: by name (name.service of systemd) name, state (running, stopped, ...), status (enabled, disabled, static, ...) and source',
    },
  },
  spec: { parameters: {} },
  setsFacts: () => ['services'],

  observe: () => ({
    found: scriptProbe(
      sh`if command -v service >/dev/null 2>&1 && [ -d /etc/init.d ]; then printf 'scripts\0'; LC_ALL=C service --status-all 2>/dev/null </dev/null; printf '\0'; fi
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
  printf 'units\0'; LC_ALL=C systemctl list-units --no-pager --no-legend --type service --all --plain 2>/dev/null; printf '\0'
  m_f=$(LC_ALL=C systemctl list-unit-files --no-pager --no-legend --type service --all 2>/dev/null)
  printf 'files\0%s\0' "$m_f"
  set --; while read -r m_n m_s m_x; do [ "$m_s" != alias ] || set -- "$@" "$m_n"; done <<M_END
$m_f
M_END
  [ $# = 0 ] || printf 'aliases\0%s\0states\0%s\0' "$*" "$(LC_ALL=C systemctl show --property=ActiveState --value -- "$@" 2>/dev/null)"
fi
exit 0`,
      (output) => readFields(output, WHAT),
    ),
  }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(_, { found }) {
    const services: Dict = new Map([...ofScripts(found), ...ofSystemd(found)])
    if (services.size === 0)
      return {
        skipped: true,
        msg: 'Failed to find any services. This can be due to privileges or some other configuration issue.',
      }
    const gathered = new Map<string, Value>([['services', services]])
    return { gathered, result: { ansible_facts: new Map<Key, Value>(gathered) } }
  },
})

/** Of a template there is no unit that could be in a state. */
function isTemplate(name: string): boolean {
  return name.endsWith('@.service')
}

function linesOf(fields: readonly Field[], name: string): string[] {
  return (
    fields
      .find((field) => field.name === name)
      ?.value.toString('utf8')
      .split('\n') ?? []
  )
}

/** ` [ + ]  name` runs, ` [ - ]  name` does not. */
function ofScripts(fields: readonly Field[]): [Key, Value][] {
  return linesOf(fields, 'scripts').flatMap((line): [Key, Value][] => {
    const [, sign, name] = /^\s*\[ ([+-]) \]\s+(\S.*)$/.exec(line) ?? []
    if (name === undefined) return []
    return [[name, dict({ name, state: sign === '+' ? 'running' : 'stopped', source: 'sysv' })]]
  })
}

function ofSystemd(fields: readonly Field[]): Map<Key, Value> {
  const services = new Map<string, { state: string; status: string }>()
  for (const line of linesOf(fields, 'units')) {
    const words = line.trim().split(/\s+/)
    const [name, , active = 'unknown', sub] = words
    if (name?.endsWith('.service') !== true) continue
    const bad = BAD_STATES.find((state) => words.slice(0, -1).includes(state))
    services.set(name, { state: sub === 'running' ? 'running' : 'stopped', status: bad ?? active })
  }
  // A unit of another name: it is in the state of the one behind it, which is not told of it in the list.
  const aliases = linesOf(fields, 'aliases').join(' ').split(' ')
  const states = linesOf(fields, 'states').filter((line) => line !== '')
  const stateOf = new Map(aliases.map((name, at) => [name, states[at]]))
  for (const line of linesOf(fields, 'files')) {
    const [name, status = 'unknown'] = line.trim().split(/\s+/)
    if (name?.endsWith('.service') !== true) continue
    const known = services.get(name)
    if (known === undefined)
      services.set(name, { state: isTemplate(name) ? 'unknown' : (stateOf.get(name) ?? 'inactive'), status })
    else if (!BAD_STATES.includes(known.status)) known.status = status
  }
  return new Map([...services].map(([name, own]) => [name, dict({ name, ...own, source: 'systemd' })]))
}
