# The ten tasks of bench/playbook.yaml and their two handlers, as pyinfra has them.
import io
import json
import os

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import apt, files, server, systemd

given = json.load(open(os.environ["MUSTER_BENCH_PYINFRA"]))
VAULT = "/var/lib/amazon/ssm/Vault/Store/RegistrationKey"
UNIT = """[Service]
ExecStart=/bin/sleep infinity
User=collector
[Install]
WantedBy=multi-user.target
"""

files.put(name="package on the host", src=given["deb"], dest="/var/cache/amazon-ssm-agent.deb", mode="644", _sudo=True)
apt.deb(name="agent installed", src="/var/cache/amazon-ssm-agent.deb", _sudo=True)
configuration = files.put(
    name="agent's configuration",
    src=io.StringIO(given["configuration"]),
    dest="/etc/amazon/ssm/amazon-ssm-agent.json",
    mode="644",
    _sudo=True,
)
if host.get_fact(File, path=VAULT, _sudo=True) is None:
    server.shell(
        name="registered",
        commands=[
            f"amazon-ssm-agent -register -code {given['code']} -id {given['id']} -region eu-central-1 </dev/null"
        ],
        _sudo=True,
    )
server.user(name="user of the collector", user="collector", system=True, create_home=False, ensure_home=False, _sudo=True)
files.directory(name="folder of its configuration", path="/etc/collector", mode="755", _sudo=True)
files.directory(name="folder of its data", path="/var/lib/collector", mode="750", user="collector", _sudo=True)
unit = files.put(
    name="its unit", src=io.StringIO(UNIT), dest="/etc/systemd/system/collector.service", mode="644", _sudo=True
)
systemd.service(
    name="collector runs",
    service="collector",
    running=True,
    enabled=True,
    daemon_reload=True,
    _sudo=True,
    _if=unit.did_change,
)
systemd.service(name="collector runs", service="collector", running=True, enabled=True, _sudo=True)
systemd.service(name="agent runs", service="amazon-ssm-agent", running=True, enabled=True, _sudo=True)
systemd.service(
    name="restart the agent", service="amazon-ssm-agent", restarted=True, _sudo=True, _if=configuration.did_change
)
systemd.service(name="restart the collector", service="collector", restarted=True, _sudo=True, _if=unit.did_change)
