"""The files of one embedded store: credentials, port, rings and the configuration of its four servers."""

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

Nothing listens there (`infra.store.backends`).
"""

_FILTERS = ("catch_errors", "gatekeeper", "listing_formats", "copy", "slo", "dlo", "symlink")
_PIPELINE = "catch_errors gatekeeper listing_formats s3api tempauth copy slo dlo versioned_writes symlink proxy-server"


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
    """Create `data` and hold it for this process until the returned file is closed."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    """Return a free port: `wanted`, else the one used before, else any. It is kept."""
    kept = data / "port"
    port = wanted or (int(kept.read_text()) if kept.exists() else free_port())
    if not is_free(port):
        raise InUseError(
            f"port {port} of {HOST} is in use: stop what holds it, or choose another with --port"
        )
    kept.write_text(f"{port}\n")
    return port


def access(data: Path, port: int) -> Access:
    """Return the credentials, made up on the first start."""
    path = data / "credentials.json"
    secret = (
        json.loads(path.read_text())["secret_key"] if path.exists() else secrets.token_urlsafe(32)
    )
    found = Access(f"http://{HOST}:{port}", REGION, BUCKET, f"{ACCOUNT}:{USER}", secret)
    _write(path, json.dumps(asdict(found), indent=1) + "\n")
    return found


def configure(data: Path, found: Access) -> Path:
    """Write rings and configuration; return their folder."""
    etc = data / "etc"
    for folder in (etc, data / "srv" / "disk", data / "cache"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    swift = etc / "swift.conf"
    if (
        not swift.exists()
    ):  # the two hash values name every object's place: written once, never changed
        parts = "".join(
            f"swift_hash_path_{side} = {secrets.token_hex(8)}\n" for side in ("prefix", "suffix")
        )
        _write(swift, f"[swift-hash]\n{parts}[storage-policy:0]\nname = one\ndefault = yes\n")
    common = f"swift_dir = {etc}\nbind_ip = {HOST}\nworkers = 0\n"
    common += f"log_level = ERROR\nlog_udp_host = {HOST}\nlog_udp_port = 9\n"  # nobody listens there: no syslog
    for server, port in BACKENDS.items():
        _ring(etc, server, port)
        _write(etc / f"{server}.conf", _inner(data, server, common))
    _write(etc / "proxy.conf", _proxy(common, found.secret_key))
    return etc


def _ring(etc: Path, server: str, port: int) -> None:
    from swift.common.ring import RingBuilder  # type: ignore[import-untyped]  # noqa: PLC0415 - after patching

    builder = RingBuilder(6, 1, 0)
    where = {"ip": HOST, "port": port, "replication_ip": HOST, "replication_port": port}
    builder.add_dev({"region": 1, "zone": 1, "device": "disk", "weight": 1.0, "meta": "", **where})
    builder.rebalance()
    builder.get_ring().save(str(etc / f"{server}.ring.gz"))


def _inner(data: Path, server: str, common: str) -> str:
    return (
        f"[DEFAULT]\n{common}devices = {data / 'srv'}\nmount_check = false\nfallocate_reserve = 1%\n"
        f"[pipeline:main]\npipeline = {server}-server\n"
        f"[app:{server}-server]\nuse = egg:swift#{server}\nrecon_cache_path = {data / 'cache'}\n"
    )


def _proxy(common: str, secret: str) -> str:
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _FILTERS)
    return (
        f"[DEFAULT]\n{common}[pipeline:main]\npipeline = {_PIPELINE}\n"
        f"[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n{filters}"
        f"[filter:s3api]\nuse = egg:swift#s3api\nlocation = {REGION}\nmax_multi_delete_objects = 1000\n"
        "auth_pipeline_check = false\n"
        f"[filter:tempauth]\nuse = egg:swift#tempauth\nuser_{ACCOUNT}_{USER} = {secret} .admin\n"
        "[filter:versioned_writes]\nuse = egg:swift#versioned_writes\nallow_versioned_writes = true\n"
        "allow_object_versioning = true\n"
    )


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - a descriptor
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
