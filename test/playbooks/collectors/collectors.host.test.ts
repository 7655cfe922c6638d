import { afterAll, beforeAll, expect, test } from 'vitest'
import { adot } from '../../artifacts/layouts/adot.ts'
import { grafanaAgent } from '../../artifacts/layouts/grafana-agent.ts'
import { otelcolContrib } from '../../artifacts/layouts/otelcol-contrib.ts'
import { mirrored } from '../../artifacts/mirrored.ts'
import { productDeb } from '../../artifacts/product-deb.ts'
import { collectors } from '../../artifacts/releases/index.ts'
import { type Artifact, CollectorLab, outcome } from './collector-lab.ts'

// One host through its life: a collector, the same again, then the next one. The tests build on one another.
const otelcol = await mirrored('otelcol')
const agent = await mirrored('grafana-agent')
let lab: CollectorLab
let artifacts: Record<string, Artifact>
beforeAll(async () => {
  const { prometheus, nodeExporter } = await collectors()
  artifacts = { prometheus, node_exporter: nodeExporter }
  if (otelcol !== undefined) {
    artifacts['otelcol-contrib'] = await productDeb(otelcolContrib, otelcol)
    artifacts['adot'] = await productDeb(adot, otelcol)
  }
  if (agent !== undefined) artifacts['grafana-agent'] = await productDeb(grafanaAgent, agent)
  lab = await CollectorLab.start()
})
afterAll(() => lab.stop())

const labels = { external_labels: { site: 'fra', price: '5$' } }
const active = (unit: string) =>
  lab.host
    .exec(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`)
    .then(({ stdout }) => stdout.trim().split('\n'))

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
  expect(await active('prometheus')).toEqual(['active', 'enabled'])
})

test.skipIf(otelcol === undefined)(
  'a plan of the switch to otelcol-contrib says what becomes of Prometheus (needs otelcol in MUSTER_ARTIFACTS)',
  async () => {
    const ended = await lab.plan('otelcol.yaml', artifacts, labels)
    expect(ended.code).toBe(2)
    expect(ended.stdout).toContain('\n-prometheus: running, enabled\n+prometheus: stopped, disabled\n')
    expect(await active('prometheus')).toEqual(['active', 'enabled'])
  },
)

test.skipIf(otelcol === undefined)(
  'otelcol-contrib takes over, listens nowhere else, and outlives its keys: the same series go on (needs otelcol in MUSTER_ARTIFACTS)',
  async () => {
    const before = await nodeSeries()
    const first = await lab.apply('otelcol.yaml', artifacts, labels)
    outcome(first)
    // What Prometheus sent a moment ago proves nothing.
    expect(JSON.stringify(first.events)).toContain('up{job=\\"otelcol\\",host=\\"host1\\"')
    const switched = Date.now()
    const writes = lab.outliveKeys()
    expect(await active('prometheus')).toEqual(['inactive', 'disabled'])
    await lab.fresh('up{job="otelcol"}', switched)
    await lab.fresh('up{job="node"}', switched)
    expect(await nodeSeries()).toEqual(before)
    expect(await lab.host.sh('ps -o user:20= -C otelcol-contrib')).toBe('otelcol-contrib\n')
    expect(await listeners()).toEqual(['127.0.0.1:13133', '127.0.0.1:8888', '127.0.0.1:9100'])
    // The package started it before the configuration was there; that did not listen either.
    expect(await lab.host.sh('journalctl -u otelcol-contrib')).not.toContain('4317')
    expect(outcome(await lab.apply('otelcol.yaml', artifacts, labels))).toEqual({ changed: 0, requests: 1 })
    expect(Object.keys(await writes)).toEqual(['200'])
  },
)

test.skipIf(otelcol === undefined)(
  'ADOT takes over from otelcol-contrib, which is removed, and outlives its keys (needs otelcol in MUSTER_ARTIFACTS)',
  async () => {
    const before = await nodeSeries()
    outcome(await lab.apply('adot.yaml', artifacts, { ...labels, former_collector: 'removed' }))
    const writes = lab.outliveKeys()
    await lab.fresh('up{job="node"}', Date.now())
    expect(await nodeSeries()).toEqual(before)
    expect(await lab.host.sh('ps -o user:20= -C aws-otel-collector')).toBe('aoc\n')
    for (const path of [
      '/etc/otelcol-contrib',
      '/var/lib/otelcol-contrib',
      '/etc/prometheus',
      '/var/lib/prometheus',
    ])
      expect((await lab.host.exec(`ls -d ${path}`)).exitCode, path).not.toBe(0)
    expect(
      (await lab.host.exec('dpkg-query -W otelcol-contrib; getent passwd otelcol-contrib prometheus')).stdout,
    ).toBe('')
    const again = await lab.apply('adot.yaml', artifacts, { ...labels, former_collector: 'removed' })
    expect(outcome(again)).toEqual({ changed: 0, requests: 1 })
    expect(Object.keys(await writes)).toEqual(['200'])
  },
)

test.skipIf(agent === undefined)(
  'Grafana Agent takes over, says that it is end-of-life, and outlives its keys (needs grafana-agent in MUSTER_ARTIFACTS)',
  async () => {
    const before = await nodeSeries()
    const first = await lab.apply('grafana-agent.yaml', artifacts, labels)
    outcome(first)
    const writes = lab.outliveKeys()
    expect(first.stdout).toContain('end-of-life since 2025-11-01')
    await lab.fresh('up{job="node"}', Date.now())
    expect(await nodeSeries()).toEqual(before)
    expect(await active('aws-otel-collector')).toEqual(['inactive', 'disabled'])
    expect(await lab.host.sh('ps -o user:20= -C grafana-agent')).toBe('grafana-agent\n')
    expect(await listeners()).toEqual(['127.0.0.1:12345', '127.0.0.1:12346', '127.0.0.1:9100'])
    const again = await lab.apply('grafana-agent.yaml', artifacts, labels)
    expect(outcome(again)).toEqual({ changed: 0, requests: 1 })
    expect(Object.keys(await writes)).toEqual(['200'])
  },
)

test('back to Prometheus as an agent: whoever was there is removed, package, files and user', async () => {
  const removing = { ...labels, former_collector: 'removed' }
  outcome(await lab.apply('prometheus.yaml', artifacts, removing))
  await lab.fresh('up{job="prometheus"}', Date.now())
  expect(await listeners()).toEqual(['127.0.0.1:9090', '127.0.0.1:9100'])
  const left = await lab.host.exec(
    'dpkg-query -W grafana-agent aws-otel-collector; getent passwd grafana-agent aoc; ls -d /opt/aws/* /var/lib/grafana-agent /etc/grafana-agent.yaml /etc/systemd/system/*.d/50-muster.conf',
  )
  expect(left.stdout).toBe('')
  expect(outcome(await lab.apply('prometheus.yaml', artifacts, removing))).toEqual({
    changed: 0,
    requests: 1,
  })
})

test('a collector that muster did not set up is refused, and nothing is done', async () => {
  await lab.host.sh(`printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/alloy.service
systemctl daemon-reload; systemctl start alloy`)
  const ended = await lab.apply('prometheus.yaml', artifacts, labels)
  expect(ended.code).toBe(2)
  expect(ended.stdout).toContain('alloy (alloy.service) is set up on the host, and not by muster')
  outcome(await lab.apply('prometheus.yaml', artifacts, { ...labels, foreign_collectors: 'stopped' }))
  expect(await active('alloy')).toEqual(['inactive', 'static'])
  expect(await active('prometheus')).toEqual(['active', 'enabled'])
})

/** The names and labels of the host's own series, as AMP has them. */
async function nodeSeries(): Promise<string[]> {
  const found = await lab.query(
    '{job="node", __name__=~"up|node_netstat_Tcp_InSegs|node_cpu_seconds_total|go_gc_duration_seconds_count"}',
  )
  return found.map(({ metric }) => JSON.stringify(Object.entries(metric).sort())).sort()
}

/** Where the host listens, sshd apart. */
async function listeners(): Promise<string[]> {
  const lines = await lab.host.sh("ss -Hltn | awk '{ print $4 }' | grep -v ':22$' | sort -u")
  return lines.trim().split('\n')
}
