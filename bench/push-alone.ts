/**
 * A program of bench/push.ts: connects to every host of a list and pushes one file to all of them at once, with
 * nothing of muster around it. `node bench/push-alone.ts FILE DESTINATION KEY KNOWN_HOSTS PORT...`
 */

import { dirname } from 'node:path'
import { Connector } from '../src/connection/connector.ts'
import { PlaybookFiles } from '../src/run/scope/controller-files.ts'

const [file, destination, key, knownHosts, ...ports] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  ...string[],
]
const connector = new Connector()
const source = await new PlaybookFiles(dirname(file)).find('files', file)
await Promise.all(
  ports.map(async (port) => {
    const connection = await connector.connect({
      kind: 'ssh',
      name: port,
      host: '127.0.0.1',
      port: Number(port),
      user: 'ops',
      privateKeyFile: key,
      knownHostsFiles: [knownHosts],
      hostKeys: 'strict',
      connectTimeout: 30,
    })
    const { rc, stderr } = await connection.push(undefined, source, destination)
    if (rc !== 0) throw new Error(`port ${port}: exit status ${rc}: ${stderr}`)
    await connection.close()
  }),
)
