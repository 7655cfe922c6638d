import { TaskFailure } from '../../values/task-failure.ts'

/** A line of a sources.list. */
export interface SourceLine {
  /** It names a repository, though perhaps behind a `#`. */
  readonly valid: boolean
  readonly enabled: boolean
  /** With one blank between words when it is valid; else the text as it is. */
  readonly source: string
  readonly comment: string
}

const TYPES: readonly string[] = ['deb', 'deb-src']

/** A line as Ansible's apt_repository reads it. */
export function parseSourceLine(text: string): SourceLine {
  let line = text.trim()
  const enabled = !line.startsWith('#')
  if (!enabled) line = line.slice(1)
  const at = line.indexOf('#')
  const comment = at > 0 ? line.slice(at + 1).trim() : ''
  const source = (at > 0 ? line.slice(0, at) : line).trim()
  const words = source.split(/\s+/)
  const valid = TYPES.includes(words[0] as string)
  return { valid, enabled, source: valid ? words.join(' ') : source, comment }
}

/** The lines of a file, and the file again: the form that Ansible gives every line of a file that it writes. */
export function readSources(text: string): SourceLine[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(parseSourceLine)
}

/** The lines as a file of sources.list holds them; what is disabled behind a `#`. */
export function writtenSources(lines: readonly SourceLine[]): string {
  return lines
    .map(
      ({ enabled, source, comment }) =>
        `${enabled ? '' : '# '}${source}${comment === '' ? '' : ` # ${comment}`}\n`,
    )
    .join('')
}

/** The repository that a task means. @throws TaskFailure */
export function wantedSource(repo: string): string {
  if (repo === '') throw new TaskFailure("Please set argument 'repo' to a non-empty value")
  if (repo.startsWith('ppa:'))
    throw new TaskFailure('muster takes no ppa: names', {
      hint: 'use deb822_repository with the address https://ppa.launchpadcontent.net/OWNER/NAME/ubuntu and its key',
    })
  const { valid, enabled, source } = parseSourceLine(repo)
  if (valid && enabled) return source
  throw new TaskFailure(`Invalid repository string: ${repo}`, {
    hint: 'like: deb https://example.com/debian bookworm main',
  })
}

/** The name of a repository's own file, made from its address. */
export function suggestedFile(source: string): string {
  const words = source
    .replace(/\[[^\]]+\]/g, '')
    .replace(/\w+:\/\//g, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !TYPES.includes(word))
  const address = words[0] ?? ''
  const bare = address.includes('@') ? address.slice(address.indexOf('@') + 1) : address
  return `${bare
    .replace(/[^a-zA-Z0-9]/g, ' ')
    .trim()
    .split(/\s+/)
    .join('_')}.list`
}

/** A file in which the source is enabled; null when it does not hold it, or nothing changes. */
export function withEnabled(lines: readonly SourceLine[], source: string): SourceLine[] | null {
  const changes = lines.some((line) => line.valid && line.source === source && !line.enabled)
  return changes
    ? lines.map((line) => (line.valid && line.source === source ? { ...line, enabled: true } : line))
    : null
}

/** A file without the source; null when it does not hold it. */
export function withoutSource(lines: readonly SourceLine[], source: string): SourceLine[] | null {
  const left = lines.filter((line) => !(line.valid && line.enabled && line.source === source))
  return left.length === lines.length ? null : left
}
