/** A line of fstab, unescaped. */
export interface FstabEntry {
  readonly name: string
  readonly src: string
  readonly fstype: string
  readonly opts: string
  readonly dump: string
  readonly passno: string
}

/** What names a line: the mount point; swap is told apart by its device. */
export interface FstabPlace {
  readonly name: string
  readonly src: string | undefined
}

/** As fstab writes what may not stand in a field: blank, ampersand and backslash in octal. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\134').replaceAll(' ', '\\040').replaceAll('&', '\\046')
}

/** A field with its octal escapes read; mountinfo(5) has them too. */
export function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** Fields of a line: four at least, for dump and passno may be missing. Null for what is no entry. */
function fieldsOf(line: string): string[] | null {
  const [text = ''] = line.split('#')
  const fields = text.trim().split(/\s+/)
  return fields.length >= 4 && fields.length <= 6 ? fields : null
}

function isAt(fields: readonly string[], { name, src }: FstabPlace): boolean {
  if (fields[1] !== escaped(name)) return false
  return src === undefined || name !== 'none' || fields[2] !== 'swap' || fields[0] === escaped(src)
}

function linesOf(text: string): string[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => (line.endsWith('\n') ? line : `${line}\n`))
}

/** The text with that entry, in the place of the one for its mount point or at the end; null where it is right as it is. */
export function setFstab(text: string, entry: FstabEntry): string | null {
  const { name, src, fstype, opts, dump, passno } = entry
  const wanted = [src, name, fstype, opts, dump, passno].map(escaped)
  let [found, changed] = [false, false]
  const lines = linesOf(text).map((line) => {
    const fields = fieldsOf(line)
    if (fields === null || !isAt(fields, entry)) return line
    found = true
    if (fields.length === wanted.length && fields.every((field, at) => field === wanted[at])) return line
    changed = true
    return `${wanted.join(' ')}\n`
  })
  if (!found) lines.push(`${wanted.join(' ')}\n`)
  return found && !changed ? null : lines.join('')
}

/** The text without the entries for a mount point; null where there are none. */
export function unsetFstab(text: string, place: FstabPlace): string | null {
  const lines = linesOf(text)
  const left = lines.filter((line) => {
    const fields = fieldsOf(line)
    return fields === null || !isAt(fields, place)
  })
  return left.length === lines.length ? null : left.join('')
}
