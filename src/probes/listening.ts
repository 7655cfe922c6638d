import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsFields, windowsNumber } from './windows/rows.ts'

const kind: ProbeKind<number, boolean> = {
  name: 'listening',
  subjects: ['units', 'packages'],
  key: String,
  posix: {
    // The kernel lists the sockets that listen (state 0A) first, so what follows them is not read. The port stands in
    // hexadecimal behind the address.
    script: () => sh`for m_p in /proc/net/tcp /proc/net/tcp6; do
  [ ! -r $m_p ] || {
    read -r m_x
    while read -r m_i m_l m_r m_s m_x; do [ "$m_s" = 0A ] || break; printf '%s\n' "\${m_l##*:}"; done
  } <$m_p
done`,
    read: (output, ports) => {
      if (output.truncated || output.timedOut)
        throw new TaskFailure('look for ports: the host printed too much')
      const there = new Set<number>()
      for (const row of output.stdout.toString('latin1').split('\n'))
        if (/^[0-9A-F]{4}$/.test(row)) there.add(Number.parseInt(row, 16))
      return ports.map((port) => there.has(port))
    },
  },
  powershell: {
    script: () =>
      ps`foreach($p in [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners()){f $p.Port}`,
    read: (output, ports) => {
      const there = new Set(windowsFields(output, 'ports').map((port) => windowsNumber(port, 'ports')))
      return ports.map((port) => there.has(port))
    },
  },
}

/** Whether somebody listens on a TCP port of the host, on any address. Costs no process. */
export function listening(port: number): Probe<boolean> {
  return probe(kind, port)
}
