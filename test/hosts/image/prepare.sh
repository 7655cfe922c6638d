#!/bin/sh
# Turns a Debian or Ubuntu root with packages.txt installed into a test host: what a freshly installed server is,
# less the services that have no hardware to serve in a container. Runs inside that root, as root.
set -eu

# Every host gets its own machine-id (from container_uuid) and host keys when it boots. The file must exist and
# be empty: a missing one would make each boot a first boot, which applies the presets and brings masked noise back.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: > /etc/machine-id

cat > /etc/systemd/system/ssh-host-keys.service <<'UNIT'
[Unit]
Description=SSH host keys of this test host
Before=ssh.service ssh.socket
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -N "" -t ecdsa -f /etc/ssh/ssh_host_ecdsa_key
ExecStart=/usr/bin/ssh-keygen -q -N "" -t ed25519 -f /etc/ssh/ssh_host_ed25519_key

[Install]
WantedBy=multi-user.target
UNIT

# No RSA host key: it costs seconds of CPU to make, times the number of hosts.
cat > /etc/ssh/sshd_config.d/10-test-host.conf <<'CONF'
HostKey /etc/ssh/ssh_host_ecdsa_key
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
CONF

# Ubuntu starts sshd through a socket, which would have to be told the port twice; a daemon is what servers run.
systemctl disable ssh.socket 2>/dev/null || true
systemctl enable ssh.service ssh-host-keys.service

systemctl mask \
  console-getty.service getty@.service getty.target \
  systemd-udevd.service systemd-udev-trigger.service systemd-networkd.service systemd-resolved.service \
  systemd-timesyncd.service systemd-logind.service systemd-remount-fs.service \
  systemd-ask-password-console.path systemd-ask-password-wall.path \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer motd-news.timer
systemctl set-default multi-user.target

useradd --create-home --shell /bin/bash ops
install -d -m 0700 -o ops -g ops /home/ops/.ssh

# Package indexes and downloaded packages are no part of a host.
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/log/bootstrap.log
