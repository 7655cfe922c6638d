import { afterAll, beforeAll, expect, it } from 'vitest'
import uri from '../../../src/modules/library/uri.ts'
import { Secret } from '../../../src/values/secret.ts'
import type { Value } from '../../../src/values/value.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { type CaseServer, startCaseServer } from '../conformance/case-server.ts'
import { runModule } from '../conformance/run-module.ts'

let target: CaseHost
let server: CaseServer
let url: string
beforeAll(async () => {
  target = await startCaseHost()
  server = await startCaseServer(target.hosts.gateway)
  url = `http://${server.host}:${server.port}`
})
afterAll(async () => {
  server?.close()
  await target?.stop()
})

function run(args: Record<string, Value>) {
  return runModule(uri, new Map(Object.entries(args)), caseContext(), target.connection, ROOT)
}

it('puts no secret of a request into a command line of the host', async () => {
  // A curl in front of the real one that notes with which words it was called.
  await target.host.sh(`printf '#!/bin/sh\\nprintf "%%s\\\\n" "$@" > /srv/words\\nexec /usr/bin/curl "$@"\\n' > /usr/local/bin/curl
chmod 755 /usr/local/bin/curl`)
  const ran = await run({
    url: `${url}/echo`,
    method: 'POST',
    body_format: 'json',
    body: new Map([['token', new Secret('hunter2')]]),
    headers: new Map([['X-Case', new Secret('hunter3')]]),
    url_username: 'alice',
    url_password: new Secret('hunter4'),
  })
  expect(ran.msg).toMatch(/^OK /)
  expect(ran.result['json']).toEqual(
    new Map([
      ['method', 'POST'],
      ['body', '{"token": "hunter2"}'],
      ['type', 'application/json'],
      ['client', 'muster'],
      ['case', 'hunter3'],
    ]),
  )
  const words = await target.host.sh('cat /srv/words; rm /usr/local/bin/curl')
  expect(words).toContain('-K\n-\n')
  expect(words).not.toMatch(/hunter|echo/)
})

it('leaves the old file of dest alone when the answer is wrong or breaks off', async () => {
  await target.host.sh('mkdir -p /srv/fetch; echo old > /srv/fetch/f')
  for (const path of ['/broken', '/short', '/nothing']) {
    const ran = await run({ url: url + path, dest: '/srv/fetch/f' })
    expect([path, ran.failed, ran.changed]).toEqual([path, true, false])
  }
  expect(await target.host.sh('ls -A /srv/fetch; cat /srv/fetch/f')).toBe('f\nold\n')
  expect((await run({ url: `${url}/plain.txt`, dest: '/srv/fetch/f' })).changed).toBe(true)
  expect((await run({ url: `${url}/plain.txt`, dest: '/srv/fetch/f' })).changed).toBe(false)
  expect(await target.host.sh('cat /srv/fetch/f')).toBe('plain\n')
})

it('says that curl is missing', async () => {
  await target.host.sh('mv /usr/bin/curl /usr/bin/curl.away')
  const ran = await run({ url: `${url}/plain.txt` })
  await target.host.sh('mv /usr/bin/curl.away /usr/bin/curl')
  expect([ran.failed, ran.msg]).toEqual([true, 'the uri module needs curl, and the host has none'])
})
