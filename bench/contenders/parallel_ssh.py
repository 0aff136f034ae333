"""The work, for parallel-ssh. It checks no host keys: it has no such option for many hosts."""

import json
import os
import sys

from gevent import joinall
from pssh.clients import ParallelSSHClient
from pssh.config import HostConfig


def run(client, commands):
    """Runs one command on each computer, and ends the program where one fails."""
    outputs = client.run_command("%s", host_args=[(it,) for it in commands])
    client.join(outputs)
    failed = [it.host for it in outputs if it.exit_code != 0]
    if failed:
        sys.exit(f"failed on {failed}")


def main():
    with open(os.environ["BENCH_SCENE"], encoding="utf-8") as file:
        scene = json.load(file)["all"]
    computers = list(scene["hosts"].values())
    config = [
        HostConfig(
            port=it["ansible_port"],
            user=it["ansible_user"],
            private_key=it["ansible_ssh_private_key_file"],
        )
        for it in computers
    ]
    hosts = [it["ansible_host"] for it in computers]
    client = ParallelSSHClient(hosts, host_config=config, pool_size=scene["vars"]["at_once"], allow_agent=False)
    run(client, [f"mkdir -p {it['folder']}" for it in computers])
    copies = [
        {"local_file": it["payload"], "remote_file": f"{it['folder']}/payload"} for it in computers
    ]
    joinall(client.copy_file("%(local_file)s", "%(remote_file)s", copy_args=copies), raise_error=True)
    run(client, [it["install"] for it in computers])
    run(client, [it["verify"] for it in computers])


main()
