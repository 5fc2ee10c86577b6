"""The files of an embedded store: credentials, port, rings and the configuration of its servers."""

import fcntl
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"
BUCKET = "sillok"
ACCOUNT, USER = "sillok", "archive"
REGION = "us-east-1"
BACKENDS = {"account": 1, "container": 2, "object": 3}
"""Swift's inner servers with the port that names each in the rings.

Nothing listens there (`infra.store.server`).
"""

_FILTERS = ("catch_errors", "gatekeeper", "listing_formats", "copy", "slo", "dlo", "symlink")
_PIPELINE = (
    "catch_errors gatekeeper listing_formats s3api tempauth copy slo dlo versioned_writes symlink "
    "proxy-server"
)


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the store; `credentials.json` has these fields, readable by its owner alone."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str


class InUseError(Exception):
    """The folder or a port is taken; the message says by whom and what to do."""


def hold(data: Path) -> IO[str]:
    """Create `data` and lock it for this process until the returned file is closed.

    Raises InUseError where another process serves it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Opened without truncating: whoever fails to lock it reads the holder's process id.
    lock = (data / "pid").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise InUseError(
            f"{data} is already served by process {lock.read().strip()}: stop that one first"
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def choose_port(data: Path, wanted: int | None) -> int:
    """Return a free port: `wanted`, else the one used before, else any; store it for the next time.

    Raises InUseError where something listens on it.
    """
    file = data / "port"
    port = wanted or (int(file.read_text()) if file.exists() else free_port())
    if not is_free(port):
        raise InUseError(
            f"port {port} of {HOST} is in use: stop what holds it, or choose another with --port"
        )
    file.write_text(f"{port}\n")
    return port


def access(data: Path, port: int) -> Access:
    """Return the credentials; the first start makes a random secret and stores it."""
    path = data / "credentials.json"
    secret = (
        json.loads(path.read_text())["secret_key"] if path.exists() else secrets.token_urlsafe(32)
    )
    credentials = Access(f"http://{HOST}:{port}", REGION, BUCKET, f"{ACCOUNT}:{USER}", secret)
    # Written at every start, because the port may have changed.
    _write(path, json.dumps(asdict(credentials), indent=1) + "\n")
    return credentials


def configure(data: Path, credentials: Access) -> Path:
    """Write rings and configuration; return their folder."""
    etc = data / "etc"
    for folder in (etc, data / "srv" / "disk", data / "cache"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    swift = etc / "swift.conf"
    # The two values are part of every object's path on disk: written once, never changed.
    if not swift.exists():
        parts = "".join(
            f"swift_hash_path_{side} = {secrets.token_hex(8)}\n" for side in ("prefix", "suffix")
        )
        _write(swift, f"[swift-hash]\n{parts}[storage-policy:0]\nname = one\ndefault = yes\n")
    common = f"swift_dir = {etc}\nbind_ip = {HOST}\nworkers = 0\n"
    # Swift logs to syslog unless it is given a UDP port; nothing listens on this one.
    common += f"log_level = ERROR\nlog_udp_host = {HOST}\nlog_udp_port = 9\n"
    for server, port in BACKENDS.items():
        _ring(etc, server, port)
        _write(etc / f"{server}.conf", _inner(data, server, common))
    _write(etc / "proxy.conf", _proxy(common, credentials.secret_key))
    return etc


def _ring(etc: Path, server: str, port: int) -> None:
    # Imported here, because `infra.store.__main__` has to patch the standard library before.
    from swift.common.ring import (  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
        RingBuilder,
    )

    builder = RingBuilder(6, 1, 0)
    address = {"ip": HOST, "port": port, "replication_ip": HOST, "replication_port": port}
    device = {"region": 1, "zone": 1, "device": "disk", "weight": 1.0, "meta": "", **address}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(str(etc / f"{server}.ring.gz"))


def _inner(data: Path, server: str, common: str) -> str:
    return (
        f"[DEFAULT]\n{common}devices = {data / 'srv'}\nmount_check = false\n"
        "fallocate_reserve = 1%\n"
        f"[pipeline:main]\npipeline = {server}-server\n"
        f"[app:{server}-server]\nuse = egg:swift#{server}\nrecon_cache_path = {data / 'cache'}\n"
    )


def _proxy(common: str, secret: str) -> str:
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _FILTERS)
    return (
        f"[DEFAULT]\n{common}[pipeline:main]\npipeline = {_PIPELINE}\n"
        f"[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n{filters}"
        f"[filter:s3api]\nuse = egg:swift#s3api\nlocation = {REGION}\n"
        "max_multi_delete_objects = 1000\n"
        "auth_pipeline_check = false\n"
        f"[filter:tempauth]\nuse = egg:swift#tempauth\nuser_{ACCOUNT}_{USER} = {secret} .admin\n"
        "[filter:versioned_writes]\nuse = egg:swift#versioned_writes\n"
        "allow_versioned_writes = true\nallow_object_versioning = true\n"
    )


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    # The mode is given at creation: with a later chmod, others could read the secret meanwhile.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:  # noqa: PTH123 - a descriptor
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Return whether nothing listens on that port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):  # in use, or no port number any more
            return False
    return True
