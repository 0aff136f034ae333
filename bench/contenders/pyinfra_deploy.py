"""The work, for pyinfra."""

from pyinfra import host
from pyinfra.operations import files, server

files.directory(name="Make a folder", path=host.data.folder)
files.put(
    name="Upload the payload", src=host.data.payload, dest=f"{host.data.folder}/payload"
)
server.shell(name="Install", commands=[host.data.install])
server.shell(name="Verify both", commands=[host.data.verify])
