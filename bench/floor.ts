import { quote } from '../src/shell/quote.ts'
import type { TestHosts } from '../test/hosts/index.ts'
import { type Measured, measure } from './measure.ts'

/**
 * OpenSSH with the key and the known hosts of the run, and no configuration of this user. With the key exchange of its
 * version 9 it would need five times the CPU (facts: 73 ms a connection instead of 12), and the floor would be no floor.
 */
export function ssh(hosts: TestHosts, port: number, command: string): string {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'KexAlgorithms=curve25519-sha256',
    `UserKnownHostsFile=${hosts.knownHostsFile}`,
  ]
  const words = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])]
  return [...words, '-i', hosts.privateKeyFile, '-p', String(port), 'ops@127.0.0.1', command]
    .map(quote)
    .join(' ')
}

/** One command a host, all at the same time; fails when one fails. */
export function together(commands: readonly string[]): string[] {
  const script = [
    'pids=',
    ...commands.map((command) => `${command} & pids="$pids $!"`),
    'for pid in $pids; do wait "$pid" || exit 1; done',
  ]
  return ['bash', '-c', script.join('\n')]
}

/** What no tool can be faster than when nothing has to change: a login and a root shell a host. */
export function idleFloor(hosts: TestHosts): Promise<Measured> {
  return measure(
    together(hosts.hosts.map((host) => `${ssh(hosts, host.port, 'sudo sh -c true')} </dev/null`)),
  )
}

/** The ten tasks of bench/playbook.yaml and their handlers, by hand. */
function script(activation: { readonly id: string; readonly code: string }, configuration: string): string {
  return `set -e
cat > /var/cache/amazon-ssm-agent.deb
dpkg -i /var/cache/amazon-ssm-agent.deb >/dev/null
printf '%s' ${quote(configuration)} > /etc/amazon/ssm/amazon-ssm-agent.json
amazon-ssm-agent -register -code ${quote(activation.code)} -id ${quote(activation.id)} -region eu-central-1 </dev/null >/dev/null 2>&1
useradd --system --no-create-home collector
install -d -m 0755 /etc/collector
install -d -m 0750 -o collector /var/lib/collector
printf '[Service]\\nExecStart=/bin/sleep infinity\\nUser=collector\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/collector.service
systemctl daemon-reload
systemctl enable --quiet collector amazon-ssm-agent
systemctl restart collector amazon-ssm-agent`
}

/** What no tool can be faster than on bare hosts: one ssh a host that carries the package and runs one script. */
export function firstFloor(
  hosts: TestHosts,
  deb: string,
  activation: { readonly id: string; readonly code: string },
  configuration: string,
): Promise<Measured> {
  const command = `sudo sh -c ${quote(script(activation, configuration))}`
  return measure(together(hosts.hosts.map((host) => `${ssh(hosts, host.port, command)} < ${quote(deb)}`)))
}
