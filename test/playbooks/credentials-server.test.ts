import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeShells } from '../connection/shells.ts'
import { PLAYBOOKS } from './render.ts'

const SERVER = join(PLAYBOOKS, 'files/credentials-server')
const KEYS =
  '{"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"s/+=","SessionToken":"t/+=","Expiration":"2026-11-24T12:00:00Z"}'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-server-'))
  writeFileSync(join(folder, 'token'), 'secret')
  writeFileSync(join(folder, 'process'), `#!/bin/sh\necho '${KEYS}'\n`, { mode: 0o755 })
})
afterEach(() => rmSync(folder, { recursive: true }))

describeShells('the credentials server', (words) => {
  /** What it answers to a request, with the answer's length checked. */
  function ask(request: string, environment: Record<string, string> = {}): { status: string; body: unknown } {
    const { stdout } = spawnSync(words[0]!, [...words.slice(1), SERVER], {
      input: request,
      env: {
        PATH: process.env['PATH'] ?? '',
        PROCESS: join(folder, 'process'),
        TOKEN_FILE: join(folder, 'token'),
        ...environment,
      },
    })
    const [head = '', body = ''] = stdout.toString().split('\r\n\r\n')
    const [status = '', ...headers] = head.split('\r\n')
    expect(headers).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
    expect(headers).toContain('Connection: close')
    return { status, body: JSON.parse(body) }
  }
  const get = (...headers: readonly string[]) =>
    `${['GET /credentials HTTP/1.1', 'Host: 127.0.0.1:19110', ...headers].join('\r\n')}\r\n\r\n`
  const status = (request: string, environment?: Record<string, string>) =>
    ask(request, environment).status.slice('HTTP/1.1 '.length)

  it('gives the keys in the form of container credentials to whoever shows the token', () => {
    expect(ask(get('Authorization: secret', 'Accept-Encoding: gzip'))).toEqual({
      status: 'HTTP/1.1 200 OK',
      body: {
        Version: 1,
        AccessKeyId: 'ASIA1',
        SecretAccessKey: 's/+=',
        Token: 't/+=',
        Expiration: '2026-11-24T12:00:00Z',
      },
    })
    expect(status(get('AUTHORIZATION:secret'))).toBe('200 OK')
  })

  it('refuses who does not', () => {
    for (const header of [
      '',
      'Authorization:',
      'Authorization: secre',
      'Authorization: *',
      'X-Authorization: secret',
    ])
      expect(status(get(...(header === '' ? [] : [header]))), header).toBe('401 Unauthorized')
  })

  it('lets nobody in when there is no token, not even with none', () => {
    writeFileSync(join(folder, 'token'), '')
    expect(status(get('Authorization: '))).toBe('500 Internal Server Error')
    expect(status(get('Authorization: '), { TOKEN_FILE: '/nonexistent' })).toBe('500 Internal Server Error')
  })

  it('knows one path and one method', () => {
    const with_ = 'Authorization: secret\r\n\r\n'
    expect(status(`POST /credentials HTTP/1.1\r\n${with_}`)).toBe('405 Method Not Allowed')
    expect(status(`GET / HTTP/1.1\r\n${with_}`)).toBe('404 Not Found')
    expect(status(`GET /credentials?x=1 HTTP/1.1\r\n${with_}`)).toBe('200 OK')
  })

  it('says that there are no keys yet, and none of what it knows', () => {
    writeFileSync(join(folder, 'process'), '#!/bin/sh\necho ASIA1; exit 1\n', { mode: 0o755 })
    const { status, body } = ask(get('Authorization: secret'))
    expect(status).toBe('HTTP/1.1 503 Service Unavailable')
    expect(JSON.stringify(body)).not.toContain('ASIA1')
  })

  it('ends with a request that is none, or too long', () => {
    expect(status(get(...Array.from({ length: 101 }, () => 'X: y'), 'Authorization: secret'))).toBe(
      '431 Request Header Fields Too Large',
    )
    expect(status('\r\n')).toBe('401 Unauthorized')
  })
  it.each([
    ['nothing', '', false],
    ['a part of it', 'GET /credentials HTTP/1.1\r\nX: ', false],
    ['a header without an end', 'GET /credentials HTTP/1.1\r\nX: ', true],
  ])('leaves who says %s in time', async (_, begin, drips) => {
    const child = spawn(words[0]!, [...words.slice(1), SERVER], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', READ_SECONDS: '1', TOKEN_FILE: join(folder, 'token') },
    })
    child.stdin.on('error', () => undefined)
    child.stdin.write(begin)
    const drip = drips ? setInterval(() => child.stdin.write('y'), 50) : undefined
    const began = performance.now()
    // The connection is closed too: nobody else holds it.
    await Promise.all([once(child, 'exit'), once(child.stdout.resume(), 'close')])
    clearInterval(drip)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
