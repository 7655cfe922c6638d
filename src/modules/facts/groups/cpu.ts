import { sh } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'

const NAMES = new Set(['model name', 'Processor', 'vendor_id', 'cpu', 'Vendor', 'processor'])

/** What /proc/cpuinfo says, counted as Ansible counts (module_utils/facts/hardware/linux.py). */
interface Counted {
  readonly processor: string[]
  readonly sockets: Map<string, number>
  readonly cores: Map<string, number>
  flags: string[] | undefined
  vendors: number
  models: number
  processors: number
}

/** processor, processor_count, processor_cores, processor_vcpus and so on. */
export const cpu: FactGroup = {
  name: 'cpu',
  facts: [
    ...['processor', 'processor_count', 'processor_cores', 'processor_threads_per_core'],
    ...['processor_vcpus', 'processor_nproc', 'flags'],
  ],
  subsets: ['hardware', 'processor', 'processor_cores', 'processor_count'],
  script: () =>
    factScript(sh`printf 'machine\0%s\0cpuinfo\0' "$(uname -m)"; m_g=
if [ -r /proc/cpuinfo ]; then while IFS= read -r m_v; do
  case $m_v in
    flags*) [ -n "$m_g" ] || printf '%s\n' "$m_v"; m_g=y ;;
    processor*|vendor_id*|'model name'*|Processor*|cpu[[:space:]]*:*|'cpu cores'*|Vendor*|'physical id'*|'core id'*|siblings*|'# processors'*|'max thread id'*|'ncpus active'*) printf '%s\n' "$m_v" ;;
  esac
done </proc/cpuinfo; fi
printf '\0'
if [ -r /proc/self/status ]; then while IFS= read -r m_v; do case $m_v in Cpus_allowed_list:*) printf 'allowed\0%s\0' "\${m_v#*:}" ;; esac; done </proc/self/status; fi
m_is xen -e /proc/xen; m_one hypervisor /sys/hypervisor/type`),
  read: (answers): Facts => {
    const counted = countProcessors(answers)
    const facts = new Map<string, Value>()
    if (counted.processor.length === 0) return facts
    facts.set('processor', counted.processor)
    if (counted.flags !== undefined) facts.set('flags', counted.flags)
    for (const [name, value] of topology(answers, counted)) facts.set(name, value)
    facts.set('processor_nproc', allowed(answers.text('allowed')) ?? counted.processors)
    return facts
  },
}

function countProcessors(answers: FactAnswers): Counted {
  const counted: Counted = {
    processor: [],
    sockets: new Map(),
    cores: new Map(),
    flags: undefined,
    vendors: 0,
    models: 0,
    processors: 0,
  }
  let socket = '0'
  let core = '0'
  for (const line of answers.lines('cpuinfo')) {
    const at = line.indexOf(':')
    const key = (at < 0 ? line : line.slice(0, at)).trim()
    const value = at < 0 ? '' : line.slice(at + 1).trim()
    if (key === 'flags') counted.flags ??= value.split(/\s+/)
    else if (NAMES.has(key)) {
      counted.processor.push(value)
      if (key === 'vendor_id') counted.vendors += 1
      if (key === 'model name') counted.models += 1
      if (key === 'processor') counted.processors += 1
    } else if (key === 'physical id') {
      socket = value
      if (!counted.sockets.has(socket)) counted.sockets.set(socket, 1)
    } else if (key === 'core id') {
      core = value
      if (!counted.cores.has(core)) counted.cores.set(core, 1)
    } else if (key === 'cpu cores') counted.sockets.set(socket, count(value) ?? 1)
    else if (key === 'siblings') counted.cores.set(core, count(value) ?? 1)
  }
  return counted
}

function topology(answers: FactAnswers, counted: Counted): [string, number][] {
  const { sockets, cores, vendors, models, processors } = counted
  const byProcessor = /^(?:armv|aarch|ppc)/.test(answers.text('machine') ?? '')
  const entries = byProcessor
    ? processors
    : vendors > 0 && vendors === models
      ? vendors
      : counted.processor.length
  const xen = answers.has('xen') || answers.text('hypervisor') === 'xen'
  const paravirtual = xen && counted.flags !== undefined && !counted.flags.includes('vme')
  const [firstSocket] = sockets.values()
  const [firstCore] = cores.values()
  const perSocket = paravirtual ? entries : firstSocket || 1
  const threads = paravirtual ? 1 : halfToEven((firstCore ?? 1) / perSocket)
  const number = paravirtual || sockets.size === 0 ? entries : sockets.size
  return [
    ['processor_count', number],
    ['processor_cores', perSocket],
    ['processor_threads_per_core', threads],
    ['processor_vcpus', paravirtual ? entries : threads * number * perSocket],
  ]
}

/** Python's `round`. */
function halfToEven(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}

/** How many processors a list like `0-3,8` names. */
function allowed(list: string | undefined): number | undefined {
  if (list === undefined || !/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(list)) return undefined
  return list
    .split(',')
    .map((part) => part.split('-').map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + Math.max(0, to - from + 1), 0)
}
