import type { Layout } from './layout.ts'

/** facts/collectors.md 4.4: installed and not started; restarts itself on upgrade. */
export const alloy: Layout = {
  packageName: 'alloy',
  program: '/usr/bin/alloy',
  files: {
    '/etc/alloy/config.alloy': 'logging {\n  level = "warn"\n}\n',
    '/etc/default/alloy': `CONFIG_FILE="/etc/alloy/config.alloy"
CUSTOM_ARGS=""
RESTART_ON_UPGRADE=true
`,
    '/usr/lib/systemd/system/alloy.service': `[Unit]
Description=Vendor-agnostic OpenTelemetry Collector distribution with programmable pipelines
Wants=network-online.target
After=network-online.target

[Service]
Restart=always
User=alloy
Environment=HOSTNAME=%H
EnvironmentFile=/etc/default/alloy
WorkingDirectory=/var/lib/alloy
ExecStart=/usr/bin/alloy run $CUSTOM_ARGS --storage.path=/var/lib/alloy/data $CONFIG_FILE
ExecReload=/usr/bin/env kill -HUP $MAINPID
TimeoutStopSec=20s

[Install]
WantedBy=multi-user.target
`,
  },
  conffiles: ['/etc/alloy/config.alloy', '/etc/default/alloy'],
  scripts: {
    postinst: `[ "$1" = configure ] || exit 0
getent group alloy >/dev/null || groupadd -r alloy
getent passwd alloy >/dev/null || useradd -m -r -g alloy -d /var/lib/alloy -s /sbin/nologin alloy
for folder in /var/lib/alloy /var/lib/alloy/data; do
  [ -d "$folder" ] || install -d -o alloy -g alloy -m 0770 "$folder"
done
chown root:alloy /etc/alloy
chmod 770 /etc/alloy
`,
    prerm: '[ "$1" != remove ] || systemctl stop alloy.service || :\n',
  },
}
