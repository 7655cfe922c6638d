import type { RpmPackage } from '../../probes/rpm-package.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { compareEvr, parseEvr } from './rpm-version.ts'

/**
 * A package as a task names it. `plain` is a name that may carry version, release and architecture, `path` that of a file
 * which a package owns; of the others (groups, package files, addresses, patterns, comparisons) only dnf knows what they
 * stand for.
 */
export interface DnfSpec {
  readonly text: string
  readonly kind: 'plain' | 'path' | 'other'
}

/** @throws TaskFailure for what would be read as an option */
export function parseDnfSpec(text: string): DnfSpec {
  const spec = text.trim()
  if (spec === '' || spec.startsWith('-') || /[\n\0]/.test(spec))
    throw new TaskFailure(`'${displayText(text)}' names no package`)
  if (/^[A-Za-z0-9_][A-Za-z0-9_+.:~^-]*$/.test(spec) && !spec.endsWith('.rpm'))
    return { text: spec, kind: 'plain' }
  if (spec.startsWith('/') && !spec.endsWith('.rpm') && !/[*?[]/.test(spec))
    return { text: spec, kind: 'path' }
  return { text: spec, kind: 'other' }
}

/** The words that rpm is asked about: the spec's own, and the names that may be in front of its version. */
export function wordsOf({ text, kind }: DnfSpec): string[] {
  return kind === 'other' ? [] : kind === 'path' ? [text] : [text, ...namesBefore(text)]
}

function namesBefore(text: string): string[] {
  return [...text.matchAll(/-(?=\d)/g)].map(({ index }) => text.slice(0, index)).filter((name) => name !== '')
}

/** What is to be done about a package that shall be there. */
export type Wanted =
  /** It is there. */
  | 'there'
  /** A newer version of it is there, and may stay. */
  | 'newer'
  | 'install'

/** @param known what rpm says of {@link wordsOf} */
export function judge(
  spec: DnfSpec,
  known: (word: string) => RpmPackage | null,
  allowDowngrade: boolean,
): Wanted {
  const own = known(spec.text)
  if (own !== null && (spec.kind === 'path' ? own.provided : own.installed.length > 0)) return 'there'
  if (spec.kind !== 'plain' || allowDowngrade) return 'install'
  const newer = namesBefore(spec.text).some((name) => {
    const rest = spec.text.slice(name.length + 1)
    return (known(name)?.installed ?? []).some((entry) => {
      if (entry.name !== name) return false
      const bare = rest.endsWith(`.${entry.arch}`) ? rest.slice(0, -entry.arch.length - 1) : rest
      return compareEvr(entry, parseEvr(bare)) > 0
    })
  })
  return newer ? 'newer' : 'install'
}
