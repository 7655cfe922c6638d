import type { Layout } from './layout.ts'

const HOME = '/opt/aws/amazon-cloudwatch-agent'

/** facts/collectors.md 4.6: its own control program checks and translates a configuration, and starts the service. */
export const cloudwatchAgent: Layout = {
  packageName: 'amazon-cloudwatch-agent',
  program: `${HOME}/bin/start-amazon-cloudwatch-agent`,
  files: {
    // The part of the real one that fetch-config and the package's scripts use; it takes the JSON as it is.
    [`${HOME}/bin/amazon-cloudwatch-agent-ctl`]: {
      text: `#!/bin/sh
set -e
case "$*" in
  '-a preun')
    systemctl stop amazon-cloudwatch-agent.service
    systemctl disable amazon-cloudwatch-agent.service
    systemctl daemon-reload ;;
  '-a fetch-config -m onPremise -s -c file:'*)
    mkdir -p ${HOME}/etc/amazon-cloudwatch-agent.d
    cp "\${7#file:}" ${HOME}/etc/amazon-cloudwatch-agent.d/
    echo "# translated" >${HOME}/etc/amazon-cloudwatch-agent.toml
    systemctl daemon-reload
    systemctl enable amazon-cloudwatch-agent.service
    systemctl restart amazon-cloudwatch-agent.service ;;
  *) echo "this test equipment does not know: $*" >&2; exit 1 ;;
esac
`,
      mode: 0o755,
    },
    [`${HOME}/etc/common-config.toml`]: '# [credentials]\n',
    '/etc/systemd/system/amazon-cloudwatch-agent.service': `[Unit]
Description=Amazon CloudWatch Agent
After=network.target

[Service]
Type=simple
ExecStart=${HOME}/bin/start-amazon-cloudwatch-agent
KillMode=process
Restart=on-failure
RestartSec=60s

[Install]
WantedBy=multi-user.target
`,
  },
  directories: [`${HOME}/logs`, `${HOME}/var`],
  conffiles: [`${HOME}/etc/common-config.toml`],
  scripts: {
    preinst: `grep -q '^cwagent:' /etc/group || groupadd -r cwagent
id cwagent >/dev/null 2>&1 || useradd -r -M cwagent -d /home/cwagent -g cwagent -s /usr/sbin/nologin
`,
    prerm: `[ "$1" != remove ] || ${HOME}/bin/amazon-cloudwatch-agent-ctl -a preun\n`,
  },
}
