import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectors } from '../artifacts/index.ts'
import { type Artifact, CollectorLab, outcome } from './collector-lab.ts'

// One host through its life: a collector, the same again, then the next one. The tests build on one another.
let lab: CollectorLab
let artifacts: Record<string, Artifact>
beforeAll(async () => {
  const { prometheus, nodeExporter } = await collectors()
  artifacts = { prometheus, node_exporter: nodeExporter }
  lab = await CollectorLab.start()
})
afterAll(() => lab.stop())

const labels = { external_labels: { site: 'fra', price: '5$' } }
const active = (unit: string) =>
  lab.host
    .exec(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`)
    .then(({ stdout }) => stdout.split('\n'))

test('node_exporter alone', async () => {
  outcome(await lab.apply('node-exporter.yaml', artifacts))
  expect(await lab.host.sh('curl -s http://127.0.0.1:9100/metrics')).toContain('node_netstat_Tcp_InSegs')
  expect(await lab.host.sh('ps -o user= -C node_exporter')).toBe('node_exporter\n')
  // Loopback only.
  expect(await lab.host.sh("ss -Hltn 'sport = :9100'")).toMatch(/ 127\.0\.0\.1:9100 /)
  expect(outcome(await lab.apply('node-exporter.yaml', artifacts))).toEqual({ changed: 0, requests: 1 })
})

test('Prometheus as a server: sends, and answers queries itself', async () => {
  const server = { ...labels, prometheus_mode: 'server' }
  outcome(await lab.apply('prometheus.yaml', artifacts, server))
  const [up] = await lab.fresh('up{job="node"}', Date.now())
  expect(up?.metric).toMatchObject({ host: 'host1', site: 'fra', price: '5$', instance: '127.0.0.1:9100' })
  expect(up?.metric['instance_id']).toBe(lab.cloud.inspect.nodes()[0]?.id)
  expect(await lab.host.sh("curl -s 'http://127.0.0.1:9090/api/v1/query?query=up'")).toContain('"job":"node"')
  expect(outcome(await lab.apply('prometheus.yaml', artifacts, server))).toEqual({ changed: 0, requests: 1 })
})

test('a mode that Prometheus does not have is refused before the host is touched', async () => {
  const ended = await lab.apply('prometheus.yaml', artifacts, { prometheus_mode: 'agnet' })
  expect(ended.code).toBe(2)
  expect(ended.stdout).toContain('prometheus_mode is agent or server, not agnet')
  expect((await active('prometheus')).slice(0, 2)).toEqual(['active', 'enabled'])
})
