import type { parseEvents } from 'js-yaml'

export type Event = ReturnType<typeof parseEvents>[number]
type DocumentEvent = Extract<Event, { type: 1 }>

const STANDARD = 'tag:yaml.org,2002:'
const SCALARS = ['str', 'int', 'float', 'bool', 'null', 'timestamp'] as const
const LOCAL: ReadonlyMap<string, 'unsafe' | 'secret' | 'vault'> = new Map([
  ['!unsafe', 'unsafe'],
  ['!secret', 'secret'],
  ['!vault', 'vault'],
  ['!vault-encrypted', 'vault'],
])

/** What a tag asks for. `text`: YAML's non-specific tag `!`, plain text without typing. */
export type Tag =
  | { readonly kind: 'standard'; readonly name: (typeof SCALARS)[number] }
  | { readonly kind: 'collection'; readonly name: 'map' | 'seq' | 'set' }
  | { readonly kind: 'local'; readonly name: 'unsafe' | 'secret' | 'vault' }
  | { readonly kind: 'text' }
  | { readonly kind: 'unknown'; readonly written: string; readonly hint: string | undefined }

/** Reads a tag as written (`!!set`, `!unsafe`, `!<tag:yaml.org,2002:str>`) with the handles its document declares. */
export function readTag(written: string, directives: DocumentEvent['directives']): Tag {
  if (written === '!') return { kind: 'text' }
  const name = fullName(written, directives)
  const local = LOCAL.get(name)
  if (local !== undefined) return { kind: 'local', name: local }
  if (name.startsWith(STANDARD)) {
    const short = name.slice(STANDARD.length)
    const scalar = SCALARS.find((known) => known === short)
    if (scalar !== undefined) return { kind: 'standard', name: scalar }
    if (short === 'map' || short === 'seq' || short === 'set') return { kind: 'collection', name: short }
    if (short === 'binary') {
      return {
        kind: 'unknown',
        written,
        hint: 'keep the bytes in a file, or write them in base64 and use the b64decode filter',
      }
    }
  }
  return { kind: 'unknown', written, hint: undefined }
}

function fullName(written: string, directives: DocumentEvent['directives']): string {
  if (written.startsWith('!<')) return written.slice(2, -1)
  const [, handle, rest] = /^(!(?:[\w-]*!)?)(.*)$/s.exec(written)!
  for (const directive of directives) {
    if (directive.kind === 'tag' && directive.handle === handle) return directive.prefix + rest
  }
  return handle === '!!' ? STANDARD + rest : written
}

/** Words for `nearest`, as they are written. */
export const KNOWN_TAGS: readonly string[] = [
  '!unsafe',
  '!secret',
  '!vault',
  '!!set',
  '!!str',
  '!!int',
  '!!float',
  '!!bool',
]
