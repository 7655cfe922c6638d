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
  // Long enough for the test, and with the words that the agent has when it registers.
  await host.sh(`printf '#!/bin/sh\\nsleep 60\\n:\\n' >${PROGRAM} && chmod +x ${PROGRAM}`)
})
afterAll(() => hosts?.stop())

/** Whether a registration would begin within two seconds, beside a process of that user. */
async function begins(user: string): Promise<boolean> {
  const script = `${afterAnother(PROGRAM).reveal()}\necho begins`
  const { stdout } =
    await host.exec(`setpriv --reuid ${user} --regid ${user} --clear-groups ${PROGRAM} -register -code x >/dev/null 2>&1 </dev/null & decoy=$!
until tr '\\0' ' ' </proc/$decoy/cmdline | grep -q '^[^ ]*sh ${PROGRAM} -register -code'; do sleep 0.05; done
timeout 2 sh -c ${quote(script)} </dev/null
pkill -P "$decoy"; kill "$decoy"; true`)
  return stdout === 'begins\n'
}

test('a plain user’s process with the words of a registration holds up nothing', async () => {
  expect(await begins('ops')).toBe(true)
})

test('a registration of root is waited for', async () => {
  expect(await begins('root')).toBe(false)
})
