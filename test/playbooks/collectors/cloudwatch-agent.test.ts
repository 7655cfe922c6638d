import { expect, test } from 'vitest'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

// The agent itself is not at hand: its contract is that of facts/collectors.md 4.6, 5.5 and 6.

const given = {
  scrape_interval: '15s',
  external_labels: { site: 'fra', floor: 3 },
  extra_scrape_targets: [{ job: 'app', targets: ['127.0.0.1:8080'], metrics_path: '/m' }],
}
const labels = { site: 'fra', floor: '3', host: 'web01', instance_id: '@INSTANCE_ID@' }

test('the configuration: AMP is the only destination, its own metrics have the labels as dimensions', async () => {
  const text = await (await renderPlaybook('cloudwatch-agent.yaml', given)).file('cloudwatch-agent.json.j2')
  const { agent, metrics } = JSON.parse(text) as {
    agent: unknown
    metrics: {
      metrics_destinations: unknown
      metrics_collected: Record<string, { append_dimensions?: unknown }>
    }
  }
  expect(agent).toEqual({ region: 'eu-central-1', run_as_user: 'cwagent', metrics_collection_interval: 15 })
  expect(metrics.metrics_destinations).toEqual({ amp: { workspace_id: 'ws-1' } })
  const { prometheus, ...own } = metrics.metrics_collected
  expect(prometheus).toEqual({
    prometheus_config_path: '/etc/muster/cloudwatch-agent/cloudwatch-prometheus.yaml',
  })
  expect(Object.keys(own)).toEqual(['cpu', 'mem', 'disk'])
  for (const { append_dimensions } of Object.values(own)) expect(append_dimensions).toEqual(labels)
})

test('an interval in other units leaves the agent’s own at a minute', async () => {
  const text = await (await renderPlaybook('cloudwatch-agent.yaml', { scrape_interval: '5m' })).file(
    'cloudwatch-agent.json.j2',
  )
  expect(text).toContain('"metrics_collection_interval": 60')
})

test('what it reads elsewhere gets the labels with each target, since it has none for all series', async () => {
  const text = await (await renderPlaybook('cloudwatch-agent.yaml', given)).file(
    'cloudwatch-prometheus.yaml.j2',
  )
  expect(readYaml(text)).toEqual({
    global: { scrape_interval: '15s' },
    scrape_configs: [
      { job_name: 'node', static_configs: [{ targets: ['127.0.0.1:9100'], labels }] },
      { job_name: 'app', metrics_path: '/m', static_configs: [{ targets: ['127.0.0.1:8080'], labels }] },
    ],
  })
})

test('credentials: profile and file are named, so that it reads them again', async () => {
  expect(
    await (await renderPlaybook('cloudwatch-agent.yaml')).file('common-config.toml.j2'),
  ).toContain(`[credentials]
  shared_credential_profile = "default"
  shared_credential_file = "/var/lib/muster/aws/credentials"
`)
})
