import type { Layout } from './layout.ts'

const HOME = '/opt/aws/aws-otel-collector'

/** facts/collectors.md 4.1: installed and not started; without a configuration until someone gives it one. */
export const adot: Layout = {
  packageName: 'aws-otel-collector',
  program: `${HOME}/bin/aws-otel-collector`,
  files: {
    [`${HOME}/bin/VERSION`]: 'v0.49.0\n',
    // The part of the real one that the package's own scripts call.
    [`${HOME}/bin/aws-otel-collector-ctl`]: {
      text: `#!/bin/sh
[ "$1 $2" = '-a preun' ] || { echo "this test equipment knows -a preun only" >&2; exit 1; }
systemctl stop aws-otel-collector.service
systemctl disable aws-otel-collector.service
systemctl daemon-reload
`,
      mode: 0o755,
    },
    [`${HOME}/etc/.env`]: `config="--config ${HOME}/etc/config.yaml"\n`,
    [`${HOME}/etc/extracfg.txt`]: 'loggingLevel="INFO"\n',
    [`${HOME}/var/.config.yaml`]: `receivers:
  otlp:
    protocols:
      grpc: {endpoint: '0.0.0.0:4317'}
exporters:
  debug: {}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
`,
    '/etc/systemd/system/aws-otel-collector.service': `[Unit]
Description=AWS OTel Collector
After=network.target

[Service]
Type=simple
User=aoc
Group=aoc
EnvironmentFile=${HOME}/etc/.env
ExecStart=${HOME}/bin/aws-otel-collector $config
KillMode=process
Restart=on-failure
RestartSec=60s

[Install]
WantedBy=multi-user.target
`,
  },
  directories: [`${HOME}/logs`],
  links: {
    '/usr/bin/aws-otel-collector-ctl': `${HOME}/bin/aws-otel-collector-ctl`,
    '/etc/amazon/aws-otel-collector': `${HOME}/etc`,
    '/var/log/amazon/aws-otel-collector': `${HOME}/logs`,
  },
  conffiles: [],
  scripts: {
    preinst: `grep -q '^aoc:' /etc/group || groupadd -r aoc
id aoc >/dev/null 2>&1 || useradd -r -M aoc -d /home/aoc -g aoc
`,
    postinst: `chown -R aoc:aoc ${HOME}/logs ${HOME}/var\n`,
    prerm: `[ "$1" != remove ] || ${HOME}/bin/aws-otel-collector-ctl -a preun\n`,
  },
}
