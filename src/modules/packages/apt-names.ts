import type { AptPolicy } from '../../probes/apt-policy.ts'
import type { Package } from '../../probes/package.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isPackageName } from './deb-control.ts'
import { compareVersions } from './deb-version.ts'
import { unknownPackage } from './dpkg-result.ts'

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
  readonly installed: Package
  /** What apt's lists say; null when they were not asked. */
  readonly policy: AptPolicy | null
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

/** Whether dpkg's answer cannot be enough, so that apt's lists are asked with it. */
export function wantsPolicy({ name, operator }: NameSpec, state: 'present' | 'absent' | 'latest'): boolean {
  // apt-get takes a sign at the end of a name that it does not know for an order to install or to remove.
  return state === 'latest' || (state === 'present' && (operator !== null || /[+-]$/.test(name)))
}

/** Words for `apt-get install`; null when the package is as it shall be. @throws TaskFailure in Ansible's words */
export function installWord(
  facts: NameFacts,
  state: 'present' | 'latest',
  onlyUpgrade: boolean,
): string | null {
  const { spec, installed, policy } = facts
  const candidate = policy?.candidate ?? null
  const there = installed.status === 'installed'
  if (onlyUpgrade && !there) return null
  if (spec.operator === null) {
    if (there && (state === 'present' || candidate === null || candidate === installed.version)) return null
    if (policy !== null && candidate === null) throw unknownPackage(spec.name)
    return state === 'latest' && candidate !== null ? `${spec.name}=${candidate}` : spec.name
  }
  const wanted = spec.version!
  if (spec.operator === '>=') {
    if (there && installed.version !== null && compareVersions(installed.version, wanted) >= 0) return null
    if (candidate === null) throw noCandidate(spec)
    return `${spec.name}=${candidate}`
  }
  // The newest version that fits the pattern; Ansible goes to it even when an older fitting one is installed.
  const best = policy?.versions.find((version) => fits(wanted, version))
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
