import { request } from 'node:http'

/**
 * A container engine's HTTP API, as Docker defines it and Podman speaks it too. Written by hand because set-up runs
 * before anything is installed, on a Node that may be older than what the libraries need.
 */
export class EngineApi {
  /** @param {string} url unix:///path or tcp://host:port, as in DOCKER_HOST */
  constructor(url) {
    this.url = url
    const tcp = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?/.exec(url)
    this.target = tcp
      ? { host: tcp[1], port: Number(tcp[2] ?? 2375) }
      : { socketPath: url.replace(/^unix:\/\//, '') }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: NodeJS.ReadableStream, type?: string, idle?: number }} [options] `idle`: seconds without a byte after which it is given up
   * @returns {Promise<{ status: number, text: string }>}
   */
  call(method, path, options = {}) {
    return new Promise((resolve, reject) => {
      const headers = options.body ? { 'content-type': options.type ?? 'application/x-tar' } : {}
      const sent = request({ ...this.target, method, path, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (data) => {
          text += data
        })
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      sent.setTimeout((options.idle ?? 120) * 1000, () => sent.destroy(new Error('no answer')))
      sent.on('error', reject)
      if (options.body) options.body.pipe(sent)
      else sent.end()
    })
  }

  /** Name and version of the engine. @throws Error when none answers */
  async version() {
    const answer = await this.call('GET', '/version', { idle: 5 })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
    const version = JSON.parse(answer.text)
    const podman = (version.Components ?? []).some((/** @type {{ Name: string }} */ part) =>
      part.Name.startsWith('Podman'),
    )
    return `${podman ? 'Podman' : 'Docker'} ${version.Version}`
  }

  /** @param {string} name */
  async hasImage(name) {
    return (await this.call('GET', `/images/${name}/json`)).status === 200
  }

  /**
   * Calls that answer with a stream of JSON lines say in the last ones whether they failed.
   * @param {string} path
   * @param {{ body?: NodeJS.ReadableStream, idle?: number }} [options]
   */
  async build(path, options = {}) {
    const answer = await this.call('POST', path, options)
    const failure = /"(?:error|message)":"((?:[^"\\]|\\.)*)"/.exec(answer.text)
    if (answer.status >= 300 || failure) throw new Error(failure?.[1] ?? `HTTP ${answer.status}`)
  }

  /**
   * Removes every container with that label.
   * @param {string} label `key=value`
   * @returns {Promise<number>} how many
   */
  async removeContainers(label) {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
    const found = JSON.parse((await this.call('GET', `/containers/json?all=true&filters=${filters}`)).text)
    await Promise.all(
      found.map((/** @type {{ Id: string }} */ one) =>
        this.call('DELETE', `/containers/${one.Id}?force=true&v=true`),
      ),
    )
    return found.length
  }
}
