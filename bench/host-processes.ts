import type { TestHost } from '../test/hosts/index.ts'

/** One process of a host. */
export interface HostProcess {
  readonly pid: number
  /** The parent when the process ended, or now: 1 where the parent had gone. */
  readonly parent: number
  /** The kernel's name of it, at most 15 bytes. */
  readonly name: string
}

/** Where the kernel writes a record for each process that ends (acct(2)); memory, so that it costs no disk. */
const RECORDS = '/run/muster-bench-processes'
/** Bytes of `struct acct_v3` (include/uapi/linux/acct.h). */
const RECORD = 64

/** acct(2), system call 163 on x86_64 and 89 on arm64; every Debian and Ubuntu has a perl that can make it. */
const acct = (file: string) =>
  `perl -e 'my $file = ${file}; my $call = $ENV{MACHINE} eq "aarch64" ? 89 : 163; syscall($call, $file) == 0 or die "acct: $!\\n"'`

/** What the agent starts by itself, and goes on starting as long as it runs. */
const AGENT = /^(amazon-ssm-age|ssm-agent-worke)/

/**
 * Counts what is started on a host from now on. The kernel's own accounting is asked: the numbers of processes also
 * count threads, and do not tell whose they were.
 *
 * @returns a function that ends the count and gives the processes that were started, those of a running agent left
 *   out: its stand-in looks around twice a second and starts a dozen programs each time, however long a run takes.
 *   The agent's program counts where somebody else than systemd starts it, as for a registration.
 */
export async function countProcesses(host: TestHost): Promise<() => Promise<HostProcess[]>> {
  const begin = await host.sh(
    `export MACHINE=$(uname -m); : > ${RECORDS}; ${acct(`"${RECORDS}"`)}; cat /proc/sys/kernel/ns_last_pid`,
  )
  return async () => {
    // The records end before the reading begins; a process that is still there has none yet.
    const [records = '', running = ''] = (
      await host.sh(
        `export MACHINE=$(uname -m); ${acct('0')}; base64 -w 0 ${RECORDS}; rm ${RECORDS}
echo; exec perl -e 'for (glob "/proc/[0-9]*/stat") { open(my $file, "<", $_) or next; my $line = <$file>; print $line if $line }'`,
      )
    ).split(/\n(.*)/s)
    const ended = parseRecords(Buffer.from(records, 'base64'))
    const all = new Map([...parseStats(running), ...ended].map((process) => [process.pid, process]))
    return [...all.values()].filter(
      ({ pid, name }) => pid > Number(begin) && name !== 'perl' && !ofAgent(pid, all),
    )
  }
}

function parseRecords(data: Buffer): HostProcess[] {
  return Array.from({ length: Math.floor(data.length / RECORD) }, (_, index) => {
    const record = data.subarray(index * RECORD, (index + 1) * RECORD)
    const name = record.subarray(48).toString('latin1')
    return {
      pid: record.readUInt32LE(16),
      parent: record.readUInt32LE(20),
      name: name.slice(0, name.indexOf('\0')),
    }
  })
}

function parseStats(lines: string): HostProcess[] {
  return [...lines.matchAll(/^(\d+) \((.*)\) \S (\d+) /gm)].map(([, pid, name, parent]) => ({
    pid: Number(pid),
    parent: Number(parent),
    name: name!,
  }))
}

/** Whether a process is, or descends from, an agent that systemd started. */
function ofAgent(pid: number, all: ReadonlyMap<number, HostProcess>): boolean {
  for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) {
    if (at.parent === 1 && AGENT.test(at.name)) return true
    if (at.parent === at.pid) return false
  }
  return false
}
