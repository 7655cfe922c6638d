import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** What a host's clock said. */
export interface Clock {
  /** Seconds since 1970, on the host. */
  readonly host: number
  /** Seconds that the host's clock is ahead of the controller's, as seen when its answer arrived. */
  readonly skew: number
}

const kind: ProbeKind<null, Clock> = {
  name: 'clock',
  subjects: [],
  key: () => '',
  posix: {
    script: () => sh`date +%s`,
    read: readClock,
  },
  powershell: { script: () => ps`w ([DateTimeOffset]::UtcNow.ToUnixTimeSeconds())`, read: readClock },
}

function readClock(output: Output): [Clock] {
  const host = Number(output.stdout.toString('latin1').trim())
  if (!Number.isSafeInteger(host) || host <= 0)
    throw new TaskFailure('the host did not say what time it is', { hint: 'is there a `date` program?' })
  return [{ host, skew: host - Math.floor(Date.now() / 1000) }]
}

/** The host's clock beside the controller's; one process. */
export function clock(): Probe<Clock> {
  return probe(kind, null)
}
