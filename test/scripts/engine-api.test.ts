import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineApi } from '../../scripts/setup/engine-api.mjs'
import { newRun, removeLeftovers, runLabels } from '../../scripts/setup/runs.mjs'

/** An engine of the answers that a test gives it, on a socket as Docker's. */
describe("the engine's API", () => {
  let folder: string
  let server: Server
  let api: EngineApi
  /** `METHOD /path` -> status and body. */
  let answers: Map<string, readonly [number, string]>
  let asked: string[]
  let bodies: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-engine-'))
    answers = new Map()
    asked = []
    bodies = []
    server = createServer(async (request, response) => {
      const line = `${request.method} ${decodeURIComponent(request.url!)}`
      asked.push(line)
      let body = ''
      for await (const part of request) body += part
      bodies.push(body)
      const [status, text] = answers.get(line) ?? [404, '{"message":"no such thing"}']
      response.writeHead(status).end(text)
    })
    server.listen(join(folder, 'socket'))
    await once(server, 'listening')
    api = new EngineApi(`unix://${folder}/socket`)
  })
  afterEach(async () => {
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('names Docker and Podman', async () => {
    answers.set('GET /version', [200, '{"Version":"20.10.24","Components":[{"Name":"Engine"}]}'])
    expect(await api.version()).toBe('Docker 20.10.24')
    answers.set('GET /version', [200, '{"Version":"4.3.1","Components":[{"Name":"Podman Engine"}]}'])
    expect(await api.version()).toBe('Podman 4.3.1')
    answers.set('GET /version', [503, ''])
    await expect(api.version()).rejects.toThrow('HTTP 503')
  })

  test('tells an image that is there from one that is not', async () => {
    answers.set('GET /images/here:1/json', [200, '{}'])
    expect(await api.hasImage('here:1')).toBe(true)
    expect(await api.hasImage('there:1')).toBe(false)
  })

  test('sends a body, and finds the failure in a stream that began well', async () => {
    answers.set('POST /build?t=a', [200, '{"stream":"Step 1"}\n{"stream":"done"}\n'])
    await api.build('/build?t=a', { body: Readable.from(['the ', 'archive']) })
    expect(bodies).toEqual(['the archive'])
    answers.set('POST /build?t=b', [
      200,
      '{"stream":"Step 1"}\n{"errorDetail":{},"error":"exit code: 100"}\n',
    ])
    await expect(api.build('/build?t=b')).rejects.toThrow('exit code: 100')
    await expect(api.build('/build?t=c')).rejects.toThrow('no such thing')
  })

  test('fails when nobody listens', async () => {
    await expect(new EngineApi(`unix://${folder}/nobody`).version()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('removes the containers of a run, and those of runs that died', async () => {
    const dead = `${hostname()}.999999999`
    const alive = newRun().id
    const elsewhere = 'another-machine.1'
    const containers = [dead, alive, elsewhere].map((run, index) => ({
      Id: `c${index}`,
      Labels: runLabels(run),
    }))
    answers.set('GET /containers/json?all=true&filters={"label":["muster.test-run"]}', [
      200,
      JSON.stringify(containers),
    ])
    answers.set(`GET /containers/json?all=true&filters={"label":["muster.test-run=${dead}"]}`, [
      200,
      JSON.stringify(containers.slice(0, 1)),
    ])
    await removeLeftovers(api)
    expect(asked.filter((line) => line.startsWith('DELETE'))).toEqual([
      'DELETE /containers/c0?force=true&v=true',
    ])
  })
})
