/** Who may do what with a file or folder, and nobody else: SYSTEM and Administrators all, some SIDs read. */
export interface WantedAccess {
  readonly folder: boolean
  /** SIDs that may read, and pass what they read to what is made in a folder. */
  readonly readers: readonly string[]
}

/**
 * Whether an access list in SDDL is the wanted one: closed to what the parent passes on, entries for these SIDs and no
 * others, with full rights or those to read. Order does not matter.
 */
export function isWantedAccess(sddl: string, { folder, readers }: WantedAccess): boolean {
  const dacl = /D:([A-Z]*)((?:\([^()]*\))*)/.exec(sddl)
  if (dacl === null || !(dacl[1] ?? '').includes('P')) return false
  const inherit = folder ? 'OICI' : ''
  const entries = [...(dacl[2] ?? '').matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry)
  const wanted = new Set([
    `A;${inherit};FA;;;SY`,
    `A;${inherit};FA;;;BA`,
    ...readers.map((sid) => `A;${inherit};0x1200a9;;;${sid}`),
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

/** What icacls is told for them, beside SYSTEM and Administrators. */
export function readGrants({ folder, readers }: WantedAccess): string[] {
  return readers.map((sid) => `*${sid}:${folder ? '(OI)(CI)' : ''}RX`)
}
