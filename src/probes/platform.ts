import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** Nothing is asked: which form of the question was chosen is the answer. */
const kind: ProbeKind<null, 'posix' | 'windows'> = {
  name: 'platform',
  subjects: [],
  key: () => '',
  posix: { script: () => sh`:`, read: () => ['posix'] },
  powershell: { script: () => ps``, read: () => ['windows'] },
}

/** Whose shell answers, for modules that work on both and act through one or the other. */
export function platform(): Probe<'posix' | 'windows'> {
  return probe(kind, null)
}
