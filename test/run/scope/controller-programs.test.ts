import { tmpdir } from 'node:os'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchAddress, runProgram } from '../../../src/run/scope/controller-programs.ts'
import { templateHome } from '../../../src/run/scope/template-home.ts'
import { createEngine } from '../../../src/template/engine.ts'
import type { Value } from '../../../src/values/value.ts'

/*
 * The server runs in a thread of its own, since whoever fetches waits. It answers with the request it got; `/moved`
 * leads to `/`, `/never` is not answered, `/lines` has two.
 */
const SERVER = `
const { createServer } = require('node:http')
const { parentPort } = require('node:worker_threads')
const server = createServer((request, response) => {
  if (request.url === '/never') return
  if (request.url === '/moved') return response.writeHead(302, { location: '/' }).end()
  if (request.url === '/missing') return response.writeHead(404).end('no')
  if (request.url === '/lines') return response.end('a\\nb\\n')
  response.end(JSON.stringify(request.headers))
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

let worker: Worker
let address: string

beforeAll(async () => {
  worker = new Worker(SERVER, { eval: true })
  address = await new Promise((resolve, reject) => {
    worker.once('message', (port) => resolve(`http://127.0.0.1:${port}`))
    worker.once('error', reject)
  })
})
afterAll(() => worker.terminate())

const request = {
  headers: [],
  seconds: 20,
  validateCertificates: true,
  useProxy: false,
  followRedirects: true,
} as const

describe('runProgram', () => {
  it('gives output, errors and status of a line of shell in a folder', () => {
    expect(runProgram('pwd; echo bad >&2; exit 3', '/')).toEqual({
      status: 3,
      stdout: '/\n',
      stderr: 'bad\n',
    })
  })

  it('ends a program at its deadline, and one that prints too much', () => {
    expect(runProgram('exec sleep 60', '/', 0.2)).toMatchObject({
      status: null,
      problem: 'took longer than 0.2 s',
    })
    expect(runProgram('exec yes', '/')).toMatchObject({ status: null, problem: 'gave more than 16 MB' })
  })

  it('says which signal ended it', () => {
    expect(runProgram('kill -9 $$', '/')).toMatchObject({ status: null, problem: 'was ended by SIGKILL' })
  })
})

describe('fetchAddress', () => {
  it('gives status and body', () => {
    expect(fetchAddress({ ...request, url: `${address}/lines` })).toEqual({ status: 200, body: 'a\nb\n' })
    expect(fetchAddress({ ...request, url: `${address}/missing` })).toEqual({ status: 404, body: 'no' })
  })

  it('stops at the deadline, and at what is no web address', () => {
    expect(fetchAddress({ ...request, url: `${address}/never`, seconds: 1.5 })).toEqual({
      problem: 'took longer than 1.5 s',
    })
    expect(fetchAddress({ ...request, url: 'file:///etc/passwd' })).toEqual({
      problem: 'only addresses of http and https can be fetched',
    })
  })

  it('tells why nothing came back', () => {
    const end = fetchAddress({ ...request, url: 'http://127.0.0.1:1/' })
    expect(end).toHaveProperty('problem')
  })
})

describe('the lookup url', () => {
  const engine = () =>
    createEngine({ lookup: (name) => (name === 'address' ? address : undefined) }, templateHome(tmpdir()))
  const value = (expression: string): Value => engine().expression(expression)

  it('gives lines, or the whole', () => {
    expect(value("query('url', address ~ '/lines')")).toEqual(['a', 'b'])
    expect(value("query('url', address ~ '/lines', split_lines=false)")).toEqual(['a\nb\n'])
  })

  it('obeys each option that is said in the request', () => {
    const sent = value(
      "lookup('url', address, headers={'X-A': 'b'}, http_agent='me', force=true, username='u', password='p')",
    ) as string
    expect(JSON.parse(sent)).toMatchObject({
      'x-a': 'b',
      'user-agent': 'me',
      'cache-control': 'no-cache',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    })
  })

  it('obeys the options that are not', () => {
    expect(value("lookup('url', address ~ '/moved')")).toContain('127.0.0.1')
    expect(() => value("lookup('url', address ~ '/moved', follow_redirects='none')")).toThrow('status 302')
    expect(() => value("lookup('url', address ~ '/never', timeout=1)")).toThrow('took longer than 1 s')
    expect(() => value("lookup('url', address, timeout='x')")).toThrow('timeout must be')
    expect(() => value("lookup('url', address, use_netrc=true)")).toThrow("'use_netrc' is not supported")
    expect(() => value("lookup('url', address, ciphers=[])")).toThrow("'ciphers' is not supported")
  })
})
