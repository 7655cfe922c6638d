import { describe, expect, it } from 'vitest'
import { curlConfig } from '../../../src/modules/http/curl-config.ts'
import { type RequestParameters, requestConfig } from '../../../src/modules/http/request.ts'
import { jsonBody, readResponse } from '../../../src/modules/http/response.ts'
import { Secret } from '../../../src/values/secret.ts'

const MARK = 'f00d'

function answer(headers: string, body: string, more = '200 0 http://h/') {
  const [code, redirects, url] = more.split(' ')
  const stdout = Buffer.from(
    `${headers}${body}\n${MARK} ${code} ${Buffer.byteLength(headers)} ${redirects} ${url}`,
  )
  return { rc: 0, stdout, stderr: Buffer.alloc(0), seconds: 0, truncated: false, timedOut: false }
}

describe('the answer of curl', () => {
  it('is taken apart by sizes, so that a body may look like headers', () => {
    const response = readResponse(
      answer('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n', 'HTTP/1.1 500\r\n\r\nx'),
      MARK,
    )
    expect(response.status).toBe(200)
    expect(response.reason).toBe('OK')
    expect(response.headers.get('content_type')).toBe('text/plain')
    expect(response.body.toString()).toBe('HTTP/1.1 500\r\n\r\nx')
  })

  it('has the headers of the last of several answers', () => {
    const headers = 'HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\n\r\n'
    const response = readResponse(answer(headers, 'b', '200 1 http://h/b'), MARK)
    expect(response.redirected).toBe(true)
    expect(response.url).toBe('http://h/b')
    expect([...response.headers]).toEqual([['x_a', '1, 2']])
  })

  it('gives JSON only when its type says so and it is', () => {
    const read = (type: string, body: string) =>
      jsonBody(readResponse(answer(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`, body), MARK))
    expect(read('application/json; charset=utf-8', '[1]')).toEqual([1])
    expect(read('application/problem+json', '[1]')).toEqual([1])
    expect(read('text/plain', '[1]')).toBeUndefined()
    expect(read('application/json', '[1')).toBeUndefined()
  })

  it('is none without its trailer', () => {
    expect(() => readResponse({ ...answer('', ''), stdout: Buffer.from('x') }, MARK)).toThrow(
      'the request failed',
    )
  })
})

const REQUEST: RequestParameters = {
  url: 'http://h/',
  method: 'GET',
  body: undefined,
  body_format: 'raw',
  headers: new Map(),
  http_agent: 'muster',
  timeout: 30,
  url_username: undefined,
  url_password: undefined,
  validate_certs: true,
  follow_redirects: 'safe',
  ca_path: undefined,
  client_cert: undefined,
  client_key: undefined,
  unix_socket: undefined,
}

describe('the configuration of curl', () => {
  it('holds values in which nothing ends the quotes or the line', () => {
    expect(
      curlConfig([
        ['data-raw', 'a"\\\n@b\t'],
        ['insecure', true],
      ]),
    ).toBe('data-raw = "a\\"\\\\\\n@b\\t"\ninsecure\n')
    expect(() => curlConfig([['url', 'a\0b']])).toThrow('NUL')
  })

  it('is a secret, with the secrets of headers and body in it', () => {
    const config = requestConfig({
      ...REQUEST,
      method: 'post',
      body: new Map([['token', new Secret('hunter2')]]),
      body_format: 'json',
      headers: new Map([['X-Key', new Secret('hunter3')]]),
    })
    expect(String(config)).not.toContain('hunter')
    expect(config.revealText()).toContain('data-raw = "{\\"token\\": \\"hunter2\\"}"')
    expect(config.revealText()).toContain('header = "X-Key: hunter3"')
    expect(config.revealText()).toContain('request = "POST"')
  })

  it('takes no header with a line end, and no address of another kind', () => {
    expect(() => requestConfig({ ...REQUEST, headers: new Map([['A', 'x\r\nHost: evil']]) })).toThrow(
      'holds a line end',
    )
    expect(requestConfig({ ...REQUEST, url: 'file:///etc/shadow' }).revealText()).toContain(
      'proto = "=http,https"',
    )
  })

  it('encodes forms as Python does', () => {
    const body = new Map<string, string | string[]>([
      ['a', 'x y'],
      ['b', ['1', "'2'"]],
      ['c', '&'],
    ])
    const config = requestConfig({ ...REQUEST, method: 'POST', body, body_format: 'form-urlencoded' })
    expect(config.revealText()).toContain('data-raw = "a=x+y&b=1&b=%272%27&c=%26"')
  })
})
