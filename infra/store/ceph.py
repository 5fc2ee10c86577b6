"""A one-node Ceph with its S3 gateway on loopback, from Debian's packages: the second real server of the tests.

    python -m infra.store.ceph --data DIR --port P

It creates exactly (`If-None-Match: *` in a race), and shows what Swift does not: 411 for chunked uploads, unquoted
ETags. Only for tests: its keys are known, and its disk is a file. Needs root.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from infra.store.layout import free_port, is_free

USER, ACCESS, SECRET = "sillok", "sillok-access", "sillok-secret"
_DISK = 4 << 30
_PATIENCE = 120.0
_PLAIN = {"monmaptool", "ceph-authtool"}
"""Commands that take no configuration."""
_ALL = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")

_CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor}/0,v1:127.0.0.1:{legacy}/0]
public network = 127.0.0.0/8
keyring = {data}/keyring
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
osd pool default pg num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
run dir = {data}/run
log file = {data}/log/$name.log
admin socket = {data}/run/$name.asok
pid file = {data}/run/$name.pid
[mon]
mon data = {data}/mon
mon data avail warn = 1
mon data avail crit = 1
[osd]
osd data = {data}/osd
keyring = {data}/osd/keyring
osd objectstore = bluestore
bluestore block create = true
bluestore block size = {disk}
osd memory target = 939524096
[client.rgw.a]
rgw data = {data}/rgw
keyring = {data}/rgw/keyring
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
rgw thread pool size = 64
"""


def free_ports() -> int:
    """Return the first of three neighbouring free ports: the gateway's and the monitor's two."""
    while True:
        port = free_port()
        if is_free(port + 1) and is_free(port + 2):
            return port


class Cluster:
    """The processes of one cluster; they end with this one."""

    def __init__(self, data: Path, port: int) -> None:
        self._data = data
        self._port = port
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all, new data where the folder is empty, and return when the gateway answers."""
        fresh = not (self._data / "ceph.conf").exists()
        if fresh:
            self._prepare()
        self._daemon("ceph-mon", "-i", "a")
        if fresh:
            identity = str(uuid.uuid4())
            self._call("ceph", "osd", "new", identity)
            self._key("osd", "osd.0", mon="allow profile osd", osd="allow *")
            self._key("rgw", "client.rgw.a", mon="allow rw", osd="allow rwx")
            self._call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
        self._daemon("ceph-osd", "-i", "0")
        self._daemon("radosgw", "-n", "client.rgw.a")
        self._wait()
        if fresh:
            keys = [f"--access-key={ACCESS}", f"--secret-key={SECRET}"]
            self._call(
                "radosgw-admin", "user", "create", f"--uid={USER}", f"--display-name={USER}", *keys
            )

    def stop(self) -> None:
        """End all, the gateway first."""
        for process in reversed(self._running):
            process.kill()
            process.wait()

    def wait(self) -> None:
        """Return when the gateway has ended."""
        self._running[-1].wait()

    def _prepare(self) -> None:
        for folder in ("mon", "osd", "rgw", "run", "log"):
            (self._data / folder).mkdir(parents=True)
        identity = str(uuid.uuid4())
        monitor, legacy = self._port + 1, self._port + 2
        told = {
            "fsid": identity,
            "data": self._data,
            "monitor": monitor,
            "legacy": legacy,
            "disk": _DISK,
        }
        (self._data / "ceph.conf").write_text(_CONFIGURATION.format(port=self._port, **told))
        addresses = f"[v2:127.0.0.1:{monitor}/0,v1:127.0.0.1:{legacy}/0]"
        plan = str(self._data / "monmap")
        self._call(
            "monmaptool",
            "--create",
            "--clobber",
            "--fsid",
            identity,
            "--addv",
            "a",
            addresses,
            plan,
        )
        ring = str(self._data / "keyring")
        self._call(
            "ceph-authtool",
            ring,
            "--create-keyring",
            "--gen-key",
            "-n",
            "mon.",
            "--cap",
            "mon",
            "allow *",
        )
        self._call("ceph-authtool", ring, "--gen-key", "-n", "client.admin", *_ALL)
        self._call("ceph-mon", "--mkfs", "-i", "a", "--monmap", plan, "--keyring", ring)

    def _key(self, folder: str, name: str, **rights: str) -> None:
        """Have the monitor make a key, and keep it where the daemon looks for it."""
        path = str(self._data / folder / "keyring")
        self._call(
            "ceph",
            "auth",
            "get-or-create",
            name,
            *(word for pair in rights.items() for word in pair),
            "-o",
            path,
        )

    def _call(self, command: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - names of our own
            self._told(command, arguments), check=True, capture_output=True, timeout=_PATIENCE
        )

    def _daemon(self, command: str, *arguments: str) -> None:
        with (self._data / "log" / f"{command}.out").open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - names of our own
                [*self._told(command, arguments), "-f"], stdout=out, stderr=out
            )
        self._running.append(process)

    def _told(self, command: str, arguments: tuple[str, ...]) -> list[str]:
        return [
            command,
            *([] if command in _PLAIN else ["-c", str(self._data / "ceph.conf")]),
            *arguments,
        ]

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if any(process.poll() is not None for process in self._running):
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=5).close()
            except urllib.error.HTTPError:
                return  # it answers, if only to refuse us
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(f"the gateway did not start; its logs are in {self._data / 'log'}")


def main() -> int:
    """Serve until a signal; nothing is left running then."""
    parser = argparse.ArgumentParser(prog="python -m infra.store.ceph", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("infra.store.ceph: needs root", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = Cluster(options.data.absolute(), options.port)
    try:
        cluster.start()
        print(f"ready http://127.0.0.1:{options.port}", flush=True)
        cluster.wait()
    finally:
        cluster.stop()
    return 1


if __name__ == "__main__":
    sys.exit(main())
