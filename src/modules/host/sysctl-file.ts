/** A file of kernel parameters, as Ansible's sysctl reads and writes it. */
export interface SysctlEdit {
  /** The file's new text. */
  readonly text: string
  /** What the file said of the parameter; null when it said nothing. */
  readonly old: string | null
}

/** The text with a parameter set, or without it (value null). Every entry is written as `name=value`, the first of several counts. */
export function editSysctl(text: string, name: string, value: string | null): SysctlEdit {
  const lines = text.split('\n').map((line) => line.trim())
  if (lines.at(-1) === '') lines.pop()
  const seen = new Set<string>()
  const written: string[] = []
  let old: string | null = null
  for (const line of lines) {
    const at = line.indexOf('=')
    if (line === '' || line.startsWith('#') || line.startsWith(';') || at === -1) {
      written.push(line)
      continue
    }
    const [key, now] = [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    if (key === name) old = now
    if (seen.has(key)) continue
    seen.add(key)
    if (key !== name) written.push(`${key}=${now}`)
    else if (value !== null) written.push(`${key}=${value}`)
  }
  if (value !== null && !seen.has(name)) written.push(`${name}=${value}`)
  return { text: written.map((line) => `${line}\n`).join(''), old }
}

/** Values are compared word by word. */
export function sameValue(one: string, other: string): boolean {
  const words = (text: string) => text.trim().split(/\s+/).join(' ')
  return words(one) === words(other)
}
