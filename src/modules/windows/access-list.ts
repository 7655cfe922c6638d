/** Who may do what with a file or folder, and nobody else: SYSTEM and Administrators all, some SIDs read, some change. */
export interface WantedAccess {
  readonly folder: boolean
  /** SIDs that may read, and pass what they read to what is made in a folder. */
  readonly readers: readonly string[]
  /** SIDs that may also write and remove. */
  readonly writers?: readonly string[]
}

/** To read and pass through; to change also. */
const READ = '0x1200a9'
const CHANGE = '0x1301bf'

/**
 * Whether an access list in SDDL is the wanted one: closed to what the parent passes on, entries for these SIDs and no
 * others, with full rights or those to read. Order does not matter.
 */
export function isWantedAccess(sddl: string, access: WantedAccess): boolean {
  const dacl = /D:([A-Z]*)((?:\([^()]*\))*)/.exec(sddl)
  if (dacl === null || !(dacl[1] ?? '').includes('P')) return false
  const inherit = access.folder ? 'OICI' : ''
  const entries = [...(dacl[2] ?? '').matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry)
  const wanted = new Set([
    `A;${inherit};FA;;;SY`,
    `A;${inherit};FA;;;BA`,
    ...grants(access).map((grant) => `A;${inherit};${grant}`),
  ])
  return entries.length === wanted.size && entries.every((entry) => wanted.has(canonical(entry)))
}

/** The names that SDDL has for SIDs and rights, in one spelling. */
function canonical(entry: string): string {
  const [type = '', flags = '', rights = '', object = '', inherited = '', sid = ''] = entry.split(';')
  const names: Readonly<Record<string, string>> = { 'S-1-5-18': 'SY', 'S-1-5-32-544': 'BA' }
  const spelled: Readonly<Record<string, string>> = { '0x1f01ff': 'FA', FRFX: '0x1200a9' }
  const order = ['OI', 'CI'].filter((flag) => flags.includes(flag)).join('')
  return [type, order, spelled[rights] ?? rights, object, inherited, names[sid] ?? sid].join(';')
}

/** What `m_harden` of the resident PowerShell is told for them, beside SYSTEM and Administrators. */
export function grants({ readers, writers = [] }: WantedAccess): string[] {
  return [...readers.map((sid) => `${READ};;;${sid}`), ...writers.map((sid) => `${CHANGE};;;${sid}`)]
}
