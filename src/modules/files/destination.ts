import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Text } from '../parameters.ts'
import { observePath, type PathFacts, pathFunctions, readPath } from './observe-path.ts'
import { type Owners, ownersScript, readOwners } from './owners.ts'

/** Texts larger than this are not compared in a diff (Ansible's limit). */
export const DIFF_LIMIT = 104_448

/** What is at the place where a file shall go. */
export interface Destination {
  readonly facts: PathFacts
  readonly owners: Owners
  /** `dest` as given is a directory on the host, or ends in a slash. */
  readonly intoDirectory: boolean
  /** The old text, for a diff; null when not asked for, not readable, or larger than {@link DIFF_LIMIT}. */
  readonly text: Buffer | null
}

export interface DestinationWish {
  readonly dest: string
  readonly owner: Text | undefined
  readonly group: Text | undefined
  /** The name a file gets in a directory; null for contents without a name. */
  readonly name: string | null
  readonly withText: boolean
}

/** Reads the place in one script. */
export function observeDestination(wish: DestinationWish): Probe<Destination> {
  const inside: ShellText =
    wish.name === null
      ? sh`:`
      : sh`case $m_p in */) m_p="$m_p"${wish.name} ;; *) m_p=$m_p/${wish.name} ;; esac`
  const slash = wish.dest.endsWith('/')
  const script = lines([
    pathFunctions,
    assignPath('m_p', wish.dest),
    ownersScript(wish.owner, wish.group),
    slash ? sh`printf 'into\0\0'; ${inside}` : sh`if [ -d "$m_p" ]; then printf 'into\0\0'; ${inside}; fi`,
    observePath(sh`$m_p`, true),
    ...(wish.withText
      ? [
          sh`if [ -f "$m_p" ] && [ -r "$m_p" ] && [ "$(stat -L -c %s -- "$m_p")" -le ${DIFF_LIMIT} ]; then printf 'rest\0'; cat < "$m_p"; fi`,
        ]
      : []),
  ])
  return scriptProbe(script, (output) => {
    const fields = readFields(output, `look at ${wish.dest}`)
    return {
      facts: readPath(fields),
      owners: readOwners(fields, wish.owner, wish.group),
      intoDirectory: field(fields, 'into') !== undefined,
      text: field(fields, 'rest') ?? null,
    }
  })
}
