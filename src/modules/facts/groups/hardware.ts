import { sh } from '../../../shell/sh.ts'
import { dict, type Value } from '../../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'

const HARDWARE = ['hardware']

/** memtotal_mb and its like. */
export const memory: FactGroup = {
  name: 'memory',
  facts: ['memtotal_mb', 'memfree_mb', 'swaptotal_mb', 'swapfree_mb', 'memory_mb', 'uptime_seconds'],
  subsets: HARDWARE,
  script: () => factScript(sh`m_all meminfo /proc/meminfo; m_one uptime /proc/uptime`),
  read: (answers): Facts => {
    const facts = new Map<string, Value>()
    const megabytes = memoryOf(answers)
    for (const name of ['MemTotal', 'MemFree', 'SwapTotal', 'SwapFree']) {
      const value = megabytes.get(name)
      if (value !== undefined) facts.set(`${name.toLowerCase()}_mb`, value)
    }
    if (megabytes.size > 0) facts.set('memory_mb', memoryTable(megabytes))
    const uptime = /^\d{1,12}/.exec(answers.text('uptime') ?? '')
    if (uptime !== null) facts.set('uptime_seconds', Number(uptime[0]))
    return facts
  },
}

function memoryOf(answers: FactAnswers): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of answers.lines('meminfo')) {
    const match = /^(\w+):\s+(\d{1,15})\b/.exec(line)
    if (match !== null) found.set(match[1] as string, Math.floor(Number(match[2]) / 1024))
  }
  return found
}

function memoryTable(megabytes: ReadonlyMap<string, number>): Value {
  const get = (name: string) => megabytes.get(name) ?? null
  const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b)
  const total = get('MemTotal')
  const free = get('MemFree')
  const cached = get('Cached')
  const buffers = get('Buffers')
  const idle = free === null || cached === null || buffers === null ? null : free + cached + buffers
  return dict({
    real: dict({ total, used: minus(total, free), free }),
    nocache: dict({ free: idle, used: minus(total, idle) }),
    swap: dict({
      total: get('SwapTotal'),
      free: get('SwapFree'),
      used: minus(get('SwapTotal'), get('SwapFree')),
      cached: get('SwapCached'),
    }),
  })
}

const FORM_FACTORS = [
  ...['Unknown', 'Other', 'Unknown', 'Desktop', 'Low Profile Desktop', 'Pizza Box', 'Mini Tower', 'Tower'],
  ...['Portable', 'Laptop', 'Notebook', 'Hand Held', 'Docking Station', 'All In One', 'Sub Notebook'],
  ...['Space-saving', 'Lunch Box', 'Main Server Chassis', 'Expansion Chassis', 'Sub Chassis'],
  ...['Bus Expansion Chassis', 'Peripheral Chassis', 'RAID Chassis', 'Rack Mount Chassis'],
  ...['Sealed-case PC', 'Multi-system', 'CompactPCI', 'AdvancedTCA', 'Blade', 'Blade Enclosure', 'Tablet'],
  ...['Convertible', 'Detachable', 'IoT Gateway', 'Embedded PC', 'Mini PC', 'Stick PC'],
]

/** Fact -> file of /sys/devices/virtual/dmi/id. */
const DMI: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['bios_date', 'bios_vendor', 'bios_version', 'board_asset_tag', 'board_name', 'board_serial'],
      ...['board_vendor', 'board_version', 'chassis_asset_tag', 'chassis_serial', 'chassis_vendor'],
      ...['chassis_version', 'product_name', 'product_serial', 'product_uuid', 'product_version'],
    ].map((name) => [name, name]),
  ),
  form_factor: 'chassis_type',
  system_vendor: 'sys_vendor',
}

/** What the machine says of itself. Serial numbers are for root alone: `NA` for others, as where there is nothing. */
export const dmi: FactGroup = {
  name: 'dmi',
  facts: Object.keys(DMI),
  subsets: HARDWARE,
  script: () =>
    factScript(
      sh`for m_f in ${Object.values(DMI)}; do m_one "$m_f" "/sys/devices/virtual/dmi/id/$m_f"; done`,
    ),
  read: (answers): Facts =>
    new Map<string, Value>(
      Object.entries(DMI).map(([name, file]) => {
        const value = answers.text(file) ?? 'NA'
        if (name !== 'form_factor' || value === 'NA') return [name, value]
        return [name, FORM_FACTORS[count(value) ?? -1] ?? `unknown (${value})`]
      }),
    ),
}
