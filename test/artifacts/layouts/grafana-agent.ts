import type { Layout } from './layout.ts'

/** facts/collectors.md 4.5: its default file makes it listen on the port of a Prometheus; restarts itself on upgrade. */
export const grafanaAgent: Layout = {
  packageName: 'grafana-agent',
  program: '/usr/bin/grafana-agent',
  files: {
    '/etc/grafana-agent.yaml': 'metrics:\n  wal_directory: /var/lib/grafana-agent\n',
    '/etc/default/grafana-agent': `CONFIG_FILE="/etc/grafana-agent.yaml"
CUSTOM_ARGS="-server.http.address=127.0.0.1:9090 -server.grpc.address=127.0.0.1:9091"
RESTART_ON_UPGRADE=true
`,
    '/usr/lib/systemd/system/grafana-agent.service': `[Unit]
Description=Monitoring system and forwarder
Wants=network-online.target
After=network-online.target

[Service]
Restart=always
User=grafana-agent
Environment=HOSTNAME=%H
EnvironmentFile=/etc/default/grafana-agent
WorkingDirectory=/var/lib/grafana-agent
ExecStart=/usr/bin/grafana-agent --config.file $CONFIG_FILE $CUSTOM_ARGS
ExecReload=/usr/bin/env kill -HUP $MAINPID
TimeoutStopSec=20s
SendSIGKILL=no

[Install]
WantedBy=multi-user.target
`,
  },
  conffiles: ['/etc/grafana-agent.yaml', '/etc/default/grafana-agent'],
  scripts: {
    postinst: `[ "$1" = configure ] || exit 0
. /etc/default/grafana-agent
getent group grafana-agent >/dev/null || groupadd -r grafana-agent
getent passwd grafana-agent >/dev/null ||
  useradd -m -r -g grafana-agent -d /var/lib/grafana-agent -s /sbin/nologin grafana-agent
chmod 640 /etc/grafana-agent.yaml
chown root:grafana-agent /etc/grafana-agent.yaml
if [ -n "$2" ] && [ "$RESTART_ON_UPGRADE" = true ]; then
  systemctl daemon-reload
  systemctl restart grafana-agent
fi
`,
    prerm: '[ "$1" != remove ] || systemctl stop grafana-agent.service || :\n',
  },
}
