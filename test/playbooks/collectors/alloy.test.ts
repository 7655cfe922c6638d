import { expect, test } from 'vitest'
import { renderPlaybook } from '../render.ts'

// Alloy itself is not at hand: its contract is that of facts/collectors.md 4.4 and 5.3.

test('the configuration: a component a job, all into one remote write that signs with the profile', async () => {
  const rendered = await renderPlaybook('alloy.yaml', {
    scrape_interval: '5s',
    external_labels: { site: 'fra "1"\\', floor: 3 },
    extra_scrape_targets: [
      { job: 'app-1', targets: ['127.0.0.1:8080', '127.0.0.1:8081'], metrics_path: '/m', scheme: 'https' },
    ],
  })
  expect(await rendered.file('config.alloy.j2')).toBe(`// Written by muster; changes are overwritten.
prometheus.scrape "job_1" {
  job_name        = "node"
  targets         = [{"__address__" = "127.0.0.1:9100"}]
  scrape_interval = "5s"
  // Prometheus's own default, but never longer than the interval.
  scrape_timeout  = "5s"
  forward_to      = [prometheus.remote_write.amp.receiver]
}

prometheus.scrape "job_2" {
  job_name        = "alloy"
  targets         = [{"__address__" = "127.0.0.1:12345"}]
  scrape_interval = "5s"
  // Prometheus's own default, but never longer than the interval.
  scrape_timeout  = "5s"
  forward_to      = [prometheus.remote_write.amp.receiver]
}

prometheus.scrape "job_3" {
  job_name        = "app-1"
  targets         = [{"__address__" = "127.0.0.1:8080"}, {"__address__" = "127.0.0.1:8081"}]
  scrape_interval = "5s"
  // Prometheus's own default, but never longer than the interval.
  scrape_timeout  = "5s"
  metrics_path    = "/m"
  scheme          = "https"
  forward_to      = [prometheus.remote_write.amp.receiver]
}

prometheus.remote_write "amp" {
  external_labels = {
    // From the environment of its service.
    "instance_id" = sys.env("INSTANCE_ID"),
    "site" = "fra \\"1\\"\\\\",
    "floor" = "3",
    "host" = "web01",
  }

  endpoint {
    url = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write"

    sigv4 {
      region  = "eu-central-1"
      profile = "amp"
    }
  }
}
`)
})

test('a long interval keeps the timeout of ten seconds', async () => {
  for (const [interval, timeout] of [
    ['60s', '10s'],
    ['10s', '10s'],
    ['1m', '10s'],
    ['9s', '9s'],
    ['500ms', '500ms'],
  ]) {
    const text = await (await renderPlaybook('alloy.yaml', { scrape_interval: interval! })).file(
      'config.alloy.j2',
    )
    expect(text, interval).toContain(`scrape_timeout  = "${timeout}"`)
  }
})

test('its command line: loopback, no reports to Grafana, no start by an upgrade', async () => {
  const text = await (await renderPlaybook('alloy.yaml')).file('alloy.env.j2')
  expect(text).toContain('CUSTOM_ARGS="--server.http.listen-addr=127.0.0.1:12345 --disable-reporting"')
  expect(text).toContain('RESTART_ON_UPGRADE=false')
})
