"""The computers of the scene, for pyinfra."""

import json
import os

with open(os.environ["BENCH_SCENE"], encoding="utf-8") as file:
    _hosts = json.load(file)["all"]["hosts"]

computers = [
    (
        name,
        {
            "ssh_hostname": it["ansible_host"],
            "ssh_port": it["ansible_port"],
            "ssh_user": it["ansible_user"],
            "ssh_key": it["ansible_ssh_private_key_file"],
            "ssh_known_hosts_file": it["known_hosts"],
            "ssh_strict_host_key_checking": "yes",
            "folder": it["folder"],
            "payload": it["payload"],
            "install": it["install"],
            "verify": it["verify"],
        },
    )
    for name, it in _hosts.items()
]
