"""A one-node Ceph with its S3 gateway on loopback, from Debian's packages, for the tests.

    python -m infra.store.ceph --data DIR --port P [--certificate PEM]

With a certificate (and its key, in one file) the gateway answers https on the port after the
monitor's two as well.

The second real S3 server that the archive is tested on: exact creation (`If-None-Match: *`) holds
in a race, and unlike Swift it answers 411 to chunked uploads and sends ETags without quotes. Only
for tests: its keys are known, and its disk is a file. Needs root.
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

TLS = 3
"""The port of https, counted from the gateway's."""
USER, ACCESS, SECRET = "sillok", "sillok-access", "sillok-secret"
# A sparse file: it takes on disk what the tests write.
_DISK = 4 << 30
"""Bytes of the store."""
_PATIENCE = 120.0
"""Seconds that a command, or the start of the gateway, may take."""
_PLAIN = {"monmaptool", "ceph-authtool"}
"""Commands that take no configuration."""
_ALL = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
"""Options of `ceph-authtool` that give a key every right."""

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
rgw frontends = beast endpoint=127.0.0.1:{port}{tls} tcp_nodelay=1
rgw thread pool size = 64
"""


def free_ports() -> int:
    """Return the first of four neighbouring free ports: the gateway's, the monitor's, for https."""
    while True:
        port = free_port()
        if all(is_free(port + place) for place in (1, 2, TLS)):
            return port


class Cluster:
    """The daemons of one cluster; `stop` ends them."""

    def __init__(self, data: Path, port: int, certificate: Path | None = None) -> None:
        self._data = data
        self._port = port
        self._certificate = certificate
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all, new data where the folder is empty, and return when the gateway answers."""
        is_new = not (self._data / "ceph.conf").exists()
        if is_new:
            self._prepare()
        self._daemon("ceph-mon", "-i", "a")
        # Only a running monitor hands out the keys of the other two daemons.
        if is_new:
            identity = str(uuid.uuid4())
            self._call("ceph", "osd", "new", identity)
            self._key("osd", "osd.0", mon="allow profile osd", osd="allow *")
            self._key("rgw", "client.rgw.a", mon="allow rw", osd="allow rwx")
            self._call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
        self._daemon("ceph-osd", "-i", "0")
        self._daemon("radosgw", "-n", "client.rgw.a")
        self._wait()
        if is_new:
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
        """Write configuration, keyring and the monitor's own data."""
        for folder in ("mon", "osd", "rgw", "run", "log"):
            (self._data / folder).mkdir(parents=True)
        identity = str(uuid.uuid4())
        monitor, legacy = self._port + 1, self._port + 2
        configuration = _CONFIGURATION.format(
            fsid=identity,
            data=self._data,
            monitor=monitor,
            legacy=legacy,
            disk=_DISK,
            port=self._port,
            tls=self._over_tls,
        )
        (self._data / "ceph.conf").write_text(configuration)
        plan = str(self._data / "monmap")
        cluster = ("--create", "--clobber", "--fsid", identity)
        addresses = f"[v2:127.0.0.1:{monitor}/0,v1:127.0.0.1:{legacy}/0]"
        self._call("monmaptool", *cluster, "--addv", "a", addresses, plan)
        ring = str(self._data / "keyring")
        new_key = ("--create-keyring", "--gen-key", "-n", "mon.")
        self._call("ceph-authtool", ring, *new_key, "--cap", "mon", "allow *")
        self._call("ceph-authtool", ring, "--gen-key", "-n", "client.admin", *_ALL)
        self._call("ceph-mon", "--mkfs", "-i", "a", "--monmap", plan, "--keyring", ring)

    @property
    def _over_tls(self) -> str:
        """The options of the gateway's second port; nothing without a certificate."""
        if self._certificate is None:
            return ""
        port = self._port + TLS
        return f" ssl_endpoint=127.0.0.1:{port} ssl_certificate={self._certificate.absolute()}"

    def _key(self, folder: str, name: str, **rights: str) -> None:
        """Let the monitor create a key, and write it to the daemon's keyring file."""
        path = str(self._data / folder / "keyring")
        words = [word for pair in rights.items() for word in pair]
        self._call("ceph", "auth", "get-or-create", name, *words, "-o", path)

    def _call(self, command: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - names of our own
            self._line(command, arguments), check=True, capture_output=True, timeout=_PATIENCE
        )

    def _daemon(self, command: str, *arguments: str) -> None:
        with (self._data / "log" / f"{command}.out").open("ab") as out:
            # `-f` keeps a daemon in the foreground, so that it is a child which `stop` can end.
            process = subprocess.Popen(  # noqa: S603 - names of our own
                [*self._line(command, arguments), "-f"], stdout=out, stderr=out
            )
        self._running.append(process)

    def _line(self, command: str, arguments: tuple[str, ...]) -> list[str]:
        """Return the words of a command line, with the configuration where the command takes it."""
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
            # An error status is an answer too: without a signature, most requests are refused.
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(f"the gateway did not start; its logs are in {self._data / 'log'}")


def main() -> int:
    """Serve until SIGTERM or Ctrl-C and end all daemons; return 2 without root."""
    parser = argparse.ArgumentParser(prog="python -m infra.store.ceph", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", type=Path)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("infra.store.ceph: needs root", file=sys.stderr)
        return 2
    # SystemExit, because the default action of SIGTERM would skip `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = Cluster(options.data.absolute(), options.port, options.certificate)
    try:
        cluster.start()
        print(f"ready http://127.0.0.1:{options.port}", flush=True)
        cluster.wait()
    finally:
        cluster.stop()
    return 1


if __name__ == "__main__":
    sys.exit(main())
