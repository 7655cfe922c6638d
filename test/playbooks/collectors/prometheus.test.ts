import { expect, test } from 'vitest'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

test('the configuration: the host, itself and what else was named, with the labels', async () => {
  const rendered = await renderPlaybook('prometheus.yaml', {
    scrape_interval: '15s',
    external_labels: { site: 'fra', price: '5$', floor: 3, host: 'other' },
    extra_scrape_targets: [
      { job: 'app', targets: ['127.0.0.1:8080'], metrics_path: '/m', scheme: 'https' },
      { job: 'db', targets: ['10.0.0.1:1', '10.0.0.2:1'] },
    ],
  })
  expect(readYaml(await rendered.file('prometheus.yml.j2'))).toEqual({
    global: {
      scrape_interval: '15s',
      // A dollar is doubled, since Prometheus expands variables here; the host's name is the inventory's, always.
      external_labels: {
        instance_id: `\${INSTANCE_ID}`,
        site: 'fra',
        price: '5$$',
        floor: '3',
        host: 'web01',
      },
    },
    scrape_configs: [
      { job_name: 'node', static_configs: [{ targets: ['127.0.0.1:9100'] }] },
      { job_name: 'prometheus', static_configs: [{ targets: ['127.0.0.1:9090'] }] },
      {
        job_name: 'app',
        metrics_path: '/m',
        scheme: 'https',
        static_configs: [{ targets: ['127.0.0.1:8080'] }],
      },
      { job_name: 'db', static_configs: [{ targets: ['10.0.0.1:1', '10.0.0.2:1'] }] },
    ],
    remote_write: [
      {
        url: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
        sigv4: { region: 'eu-central-1', profile: 'amp' },
        queue_config: { max_samples_per_send: 1000, max_shards: 200, capacity: 2500 },
      },
    ],
  })
})

test('releases before 3 have to be told what later ones do unasked', async () => {
  const artifacts = { prometheus: { version: '2.53.5' }, node_exporter: { version: '1.12.1' } }
  const unit = await (await renderPlaybook('prometheus.yaml', { artifacts })).file('prometheus.service.j2')
  expect(unit).toContain('  --enable-feature=expand-external-labels \\\n  --enable-feature=agent \\\n')
  expect(unit).not.toContain('--agent ')
})

test('agent and server differ in unit and check; the architecture is the host’s', async () => {
  const agent = await renderPlaybook('prometheus.yaml')
  const server = await renderPlaybook('prometheus.yaml', {
    prometheus_mode: 'server',
    muster_arch: 'arm64',
    listen_address: '0.0.0.0',
  })
  expect(await agent.file('prometheus.service.j2')).toContain(
    `ExecStart=/opt/muster/prometheus-3.5.5.linux-amd64/prometheus \\
  --agent \\
  --storage.agent.path=/var/lib/prometheus/agent \\
  --config.file=/etc/prometheus/prometheus.yml \\
  --web.listen-address=127.0.0.1:9090
`,
  )
  expect(await server.file('prometheus.service.j2')).toContain(
    `ExecStart=/opt/muster/prometheus-3.5.5.linux-arm64/prometheus \\
  --storage.tsdb.path=/var/lib/prometheus/server \\
  --storage.tsdb.retention.time=15d \\
  --config.file=/etc/prometheus/prometheus.yml \\
  --web.listen-address=0.0.0.0:9090
`,
  )
  expect(await server.file('prometheus.yml.j2')).toContain('targets: ["127.0.0.1:9090"]')
  expect(agent.argument("Prometheus's configuration", 'validate')).toMatch(/ check config --agent %s$/)
  expect(server.argument("Prometheus's configuration", 'validate')).toMatch(/ check config +%s$/)
})
