import { afterAll, beforeAll, expect, test } from 'vitest'
import { afterAnother } from '../../src/modules/registration/register-script.ts'
import { quote } from '../../src/shell/quote.ts'
import { startHosts, type TestHost, type TestHosts } from '../hosts/index.ts'

// A registration waits for one that is running. Anybody may give a process any words, so only root's own counts.
const PROGRAM = '/usr/bin/amazon-ssm-agent'

let hosts: TestHosts
let host: TestHost
beforeAll(async () => {
  hosts = await startHosts(1)
  host = hosts.hosts[0]!
})
afterAll(() => hosts?.stop())

/** Whether a registration would begin within two seconds, beside a process with the agent's words of that user. */
async function begins(user: string, words: string): Promise<boolean> {
  const script = `${afterAnother(PROGRAM).reveal()}\necho begins`
  const { stdout } = await host.exec(`runuser -u ${user} -- ${words} >/dev/null 2>&1 </dev/null & decoy=$!
until tr '\\0' ' ' </proc/$decoy/cmdline | grep -q 'agent -register -code'; do sleep 0.05; done
timeout 2 sh -c ${quote(script)} </dev/null
kill "$decoy"; pkill -P "$decoy"; true`)
  return stdout === 'begins\n'
}

const words = `sh -c 'sleep 60; :' ${PROGRAM} -register -code x`

test('a plain user’s process with the words of a registration holds up nothing', async () => {
  expect(await begins('ops', words)).toBe(true)
})

test('a registration of root is waited for', async () => {
  expect(await begins('root', words)).toBe(false)
})
