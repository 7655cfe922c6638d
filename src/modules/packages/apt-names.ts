import { type Field, field, strictText } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isPackageName, isVersion } from './deb-control.ts'
import { type DpkgStatus, readStatus, statusFunction } from './dpkg-status.ts'

/** A package as a task names it: `n`, `n=ver` (a pattern allowed), `n>=ver`. */
export interface NameSpec {
  readonly text: string
  readonly name: string
  readonly operator: '=' | '>=' | null
  readonly version: string | null
}

/** What the host knows of it. */
export interface NameFacts {
  readonly spec: NameSpec
  readonly installed: DpkgStatus
  /** The version apt would install; null when it knows none. */
  readonly candidate: string | null
  /** Versions that apt knows, the newest first; empty when apt was not asked. */
  readonly versions: readonly string[]
  /** Marked as installed for another package's sake. */
  readonly automatic: boolean
}

/** @throws TaskFailure for a name that is none */
export function parseName(text: string): NameSpec {
  const match = /^([^=<>\s]+)\s*(?:(>=|=)\s*(\S+))?$/.exec(text.trim())
  const name = match?.[1]?.replace(/:[a-z0-9]+$/, '') ?? ''
  const version = match?.[3] ?? null
  if (
    match === null ||
    !isPackageName(name) ||
    (version !== null && !/^[0-9A-Za-z.+:~*?[\]-]+$/.test(version))
  )
    throw new TaskFailure(`'${text}' names no package`, {
      hint: /[*?[]/.test(text)
        ? 'muster takes no patterns for names; name each package'
        : 'write name, name=version or name>=version',
    })
  return { text, name: match[1]!, operator: (match[2] as '=' | '>=' | undefined) ?? null, version }
}

/** Reads all packages in one script; apt is asked only where dpkg's answer is not enough. */
export function observeNames(specs: readonly NameSpec[], state: 'present' | 'absent' | 'latest'): ShellText {
  return lines([
    statusFunction,
    sh`m_auto() { sed -n "/^Package: $1\$/,/^\$/{/^Auto-Installed: 1/p;}" /var/lib/apt/extended_states 2>/dev/null; }
m_policy() { printf 'policy\0%s\0' "$(LC_ALL=C apt-cache policy -- "$1" 2>/dev/null)"; }`,
    ...specs.map(({ text, name, operator, version }) => {
      const exact = version === null || operator === null ? '' : version
      const ask =
        state === 'absent'
          ? sh`:`
          : state === 'latest' || operator !== null
            ? sh`m_policy ${name}`
            : sh`[ "$m_s" = installed ] || m_policy ${name}`
      return sh`printf 'spec\0%s\0' ${text}; m_status ${name} ${isVersion(exact) ? exact : ''}
${ask}
[ "$m_s" != installed ] || [ -z "$(m_auto ${name})" ] || printf 'auto\0\0'`
    }),
  ])
}

/** Takes apart what {@link observeNames} printed. @throws TaskFailure */
export function readNames(fields: readonly Field[], specs: readonly NameSpec[]): NameFacts[] {
  if (field(fields, 'nodpkg') !== undefined) readStatus(fields)
  const starts = fields.flatMap(({ name }, at) => (name === 'spec' ? [at] : []))
  if (starts.length !== specs.length) throw new TaskFailure("the host's answer makes no sense (packages)")
  return specs.map((spec, index) => {
    const own = fields.slice(starts[index], starts[index + 1])
    const policy = field(own, 'policy')
    const text = policy === undefined ? '' : strictText(policy, "apt's policy")
    const candidate = /^ *Candidate: (\S+)$/m.exec(text)?.[1]
    return {
      spec,
      installed: readStatus(own),
      candidate:
        candidate === undefined || candidate === '(none)' || !isVersion(candidate) ? null : candidate,
      versions: [...text.matchAll(/^ (?:\*\*\*| {3}) (\S+)(?: -?\d+)?$/gm)].map((match) => match[1]!),
      automatic: field(own, 'auto') !== undefined,
    }
  })
}

/** Words for `apt-get install`; null when the package is as it shall be. @throws TaskFailure in Ansible's words */
export function installWord(
  facts: NameFacts,
  state: 'present' | 'latest',
  onlyUpgrade: boolean,
): string | null {
  const { spec, installed, candidate, versions } = facts
  const there = installed.status === 'installed'
  if (onlyUpgrade && !there) return null
  if (spec.operator === null) {
    if (there && (state === 'present' || candidate === null || candidate === installed.version)) return null
    if (candidate === null)
      throw new TaskFailure(`No package matching '${spec.name}' is available`, {
        hint: 'is the name right, and is a repository with it on the host? update_cache: yes reads the lists anew',
      })
    return state === 'latest' ? `${spec.name}=${candidate}` : spec.name
  }
  const wanted = spec.version!
  if (spec.operator === '>=') {
    if (there && (installed.relation === 'gt' || installed.relation === 'eq')) return null
    if (candidate === null) throw noCandidate(spec)
    return `${spec.name}=${candidate}`
  }
  // The newest version that fits the pattern; Ansible goes to it even when an older fitting one is installed.
  const best = versions.find((version) => fits(wanted, version))
  if (best === undefined) throw noCandidate(spec)
  return there && installed.version === best ? null : `${spec.name}=${best}`
}

function noCandidate(spec: NameSpec): TaskFailure {
  return new TaskFailure(`no available installation candidate for ${spec.text}`, {
    hint: `apt-cache policy ${spec.name} on the host lists the versions there are`,
  })
}

/** Python's fnmatch, as far as versions go. */
export function fits(pattern: string, version: string): boolean {
  const source = pattern.replace(/\[[^\]]*\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '.*'
    if (piece === '?') return '.'
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replace(/\\/g, '\\\\')
    return piece.replace(/[\\^$.+()[\]{}|]/, '\\$&')
  })
  return new RegExp(`^${source}$`).test(version)
}
