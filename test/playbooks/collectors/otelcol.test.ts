import { describe, expect, it } from 'vitest'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

describe.each([
  ['otelcol.yaml', 'otelcol'],
  ['adot.yaml', 'adot'],
])('%s', (playbook, job) => {
  it('configures what every release since 2022 knows; dollars are no references', async () => {
    const rendered = await renderPlaybook(playbook, {
      external_labels: { price: '5$' },
      extra_scrape_targets: [{ job: 'app', targets: ['127.0.0.1:8080'], metrics_path: '/$m' }],
    })
    expect(readYaml(await rendered.file('otelcol.yaml.j2'))).toEqual({
      extensions: {
        health_check: { endpoint: '127.0.0.1:13133' },
        sigv4auth: { region: 'eu-central-1', service: 'aps' },
      },
      receivers: {
        prometheus: {
          config: {
            global: { scrape_interval: '60s' },
            scrape_configs: [
              { job_name: 'node', static_configs: [{ targets: ['127.0.0.1:9100'] }] },
              { job_name: job, static_configs: [{ targets: ['127.0.0.1:8888'] }] },
              { job_name: 'app', metrics_path: '/$$m', static_configs: [{ targets: ['127.0.0.1:8080'] }] },
            ],
          },
        },
      },
      processors: { memory_limiter: { check_interval: '1s', limit_mib: 200 }, batch: {} },
      exporters: {
        prometheusremotewrite: {
          endpoint: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
          auth: { authenticator: 'sigv4auth' },
          external_labels: { instance_id: `\${env:INSTANCE_ID}`, price: '5$$', host: 'web01' },
          add_metric_suffixes: false,
        },
      },
      service: {
        telemetry: {
          resource: { 'service.name': job, 'service.instance.id': '127.0.0.1:8888' },
          metrics: { readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: 8888 } } } }] },
        },
        extensions: ['health_check', 'sigv4auth'],
        pipelines: {
          metrics: {
            receivers: ['prometheus'],
            processors: ['memory_limiter', 'batch'],
            exporters: ['prometheusremotewrite'],
          },
        },
      },
    })
  })

  it('listens elsewhere when it is asked to, and reads itself there', async () => {
    const text = await (await renderPlaybook(playbook, { listen_address: '10.0.0.5' })).file(
      'otelcol.yaml.j2',
    )
    expect(text).toContain('endpoint: "10.0.0.5:13133"')
    expect(text).toContain('host: "10.0.0.5"')
    expect(text).toContain('targets: ["10.0.0.5:8888"]')
    expect(text).not.toContain('127.0.0.1')
  })
})

it('the drop-in gives a package’s unit its user, order, environment and limits', async () => {
  const text = await (await renderPlaybook('adot.yaml')).file('collector.conf.j2')
  for (const line of [
    'After=network-online.target amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service',
    'User=aoc',
    'EnvironmentFile=/etc/muster/node.env',
    'Environment=AWS_SHARED_CREDENTIALS_FILE=/etc/muster/aws-profile',
    'Environment=AWS_PROFILE=amp',
    'Environment=AWS_EC2_METADATA_DISABLED=true',
    'Restart=always',
    'NoNewPrivileges=true',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'ReadWritePaths=/opt/aws/aws-otel-collector/logs /opt/aws/aws-otel-collector/var',
  ])
    expect(text.split('\n')).toContain(line)
})
