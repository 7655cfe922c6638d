import { expect, test } from 'vitest'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

test('static mode in the words of 0.19 and later; dollars are no references', async () => {
  const rendered = await renderPlaybook('grafana-agent.yaml', {
    external_labels: { price: '5$' },
    extra_scrape_targets: [{ job: 'app', targets: ['127.0.0.1:8080'], metrics_path: '/$m' }],
  })
  expect(readYaml(await rendered.file('grafana-agent.yaml.j2'))).toEqual({
    metrics: {
      wal_directory: '/var/lib/grafana-agent',
      global: {
        scrape_interval: '60s',
        external_labels: { instance_id: `\${INSTANCE_ID}`, price: '5$$', host: 'web01' },
        remote_write: [
          {
            url: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
            sigv4: { region: 'eu-central-1', profile: 'amp' },
          },
        ],
      },
      configs: [
        {
          name: 'muster',
          scrape_configs: [
            { job_name: 'node', static_configs: [{ targets: ['127.0.0.1:9100'] }] },
            { job_name: 'grafana-agent', static_configs: [{ targets: ['127.0.0.1:12345'] }] },
            { job_name: 'app', metrics_path: '/$$m', static_configs: [{ targets: ['127.0.0.1:8080'] }] },
          ],
        },
      ],
    },
  })
})

test('its command line: variables expanded, no Prometheus port, no start by an upgrade', async () => {
  const text = await (await renderPlaybook('grafana-agent.yaml')).file('grafana-agent.env.j2')
  expect(text).toContain('-config.expand-env ')
  expect(text).toContain('-server.http.address=127.0.0.1:12345 ')
  expect(text).toContain('RESTART_ON_UPGRADE=false')
})

test('it says that it is end-of-life, and what to use instead', async () => {
  const rendered = await renderPlaybook('grafana-agent.yaml')
  expect(rendered.argument('end of life', 'msg')).toMatch(/end-of-life since 2025-11-01.*Grafana Alloy/)
})
