import { connect } from '../../../src/connection/connect.ts'
import type { Become, Connection } from '../../../src/connection/connection.ts'
import { type HostsOptions, startHosts, type TestHost, type TestHosts } from '../../hosts/index.ts'

/** One host with a connection over SSH, as muster has it. */
export class CaseHost {
  readonly hosts: TestHosts
  readonly host: TestHost
  readonly connection: Connection

  constructor(hosts: TestHosts, connection: Connection) {
    this.hosts = hosts
    this.host = hosts.hosts[0]!
    this.connection = connection
  }

  async stop(): Promise<void> {
    await this.connection.close()
    await this.hosts.stop()
  }
}

/** Root through sudo, with sudo's usual flags. */
export const ROOT: Become = { method: 'sudo', user: 'root', exe: 'sudo', flags: '-H -S -n' }

/** Starts one host and connects as `ops`. */
export async function startCaseHost(options: HostsOptions = {}): Promise<CaseHost> {
  const hosts = await startHosts(1, options)
  const host = hosts.hosts[0]!
  const connection = await connect({
    kind: 'ssh',
    name: host.name,
    host: '127.0.0.1',
    port: host.port,
    user: 'ops',
    privateKeyFile: hosts.privateKeyFile,
    knownHostsFiles: [hosts.knownHostsFile],
    hostKeys: 'strict',
    connectTimeout: 10,
  })
  return new CaseHost(hosts, connection)
}
