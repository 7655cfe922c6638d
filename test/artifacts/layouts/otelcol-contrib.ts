import type { Layout } from './layout.ts'

/** facts/collectors.md 4.3: its installation enables and starts it, on all addresses if nobody wrote another configuration. */
export const otelcolContrib: Layout = {
  packageName: 'otelcol-contrib',
  program: '/usr/bin/otelcol-contrib',
  files: {
    '/etc/otelcol-contrib/config.yaml': `receivers:
  otlp:
    protocols:
      grpc: {endpoint: '0.0.0.0:4317'}
      http: {endpoint: '0.0.0.0:4318'}
exporters:
  debug: {}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
`,
    '/etc/otelcol-contrib/otelcol-contrib.conf':
      'OTELCOL_OPTIONS="--config=/etc/otelcol-contrib/config.yaml"\n',
    '/lib/systemd/system/otelcol-contrib.service': `[Unit]
Description=OpenTelemetry Collector Contrib
After=network.target

[Service]
Type=simple
User=otelcol-contrib
Group=otelcol-contrib
EnvironmentFile=/etc/otelcol-contrib/otelcol-contrib.conf
ExecStart=/usr/bin/otelcol-contrib $OTELCOL_OPTIONS
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
Restart=on-failure

[Install]
WantedBy=multi-user.target
`,
  },
  conffiles: ['/etc/otelcol-contrib/config.yaml', '/etc/otelcol-contrib/otelcol-contrib.conf'],
  scripts: {
    preinst:
      'id otelcol-contrib >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /sbin/nologin otelcol-contrib\n',
    postinst: `systemctl daemon-reload
systemctl enable otelcol-contrib.service
systemctl restart otelcol-contrib.service
`,
    prerm: `[ "$1" = remove ] || exit 0
systemctl stop otelcol-contrib.service
systemctl disable otelcol-contrib.service
`,
  },
}
