"""The folder of an instance: `var/sample` for the sample press, `var/live` for the real outlets.

The two never share an archive, a database or a credential. `SILLOK_VAR` names another folder than
`var`.
"""

import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from processing.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent.parent
LOOPBACK = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections, so that a stored port is still free at
# the next start.
PORTS = range(20000, 30000, 10)


@dataclass(frozen=True, slots=True)
class InstanceFolder:
    """The folder of one instance, with mode 0700: ports, secrets, logs, data."""

    path: Path

    @classmethod
    def named(cls, name: str) -> "InstanceFolder":
        """Return the folder of the instance `sample` or `live`, created if needed."""
        path = Path(os.environ.get("SILLOK_VAR") or ROOT / "var").resolve() / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        return cls(path)

    @property
    def sample(self) -> bool:
        """Whether the outlets of this instance are those of the sample press."""
        return self.path.name == "sample"

    @property
    def airflow(self) -> Path:
        """Airflow's own folder: database, task logs, generated configuration."""
        return self.path / "airflow"

    def log(self, part: str) -> Path:
        """Return the file that a part's output goes to."""
        return self.path / "logs" / f"{part}.log"

    def port(self, part: str) -> int:
        """Return the port of a part, chosen at its first use and stored."""
        # The port of the press is part of every URL in the archive and must never change.
        ports = self._read("run.json")
        if part not in ports:
            ports[part] = _choose(taken=set(ports.values()))
            self._write("run.json", ports)
        return int(ports[part])

    def forget_port(self, part: str) -> None:
        """Forget the port of a part because another program listens on it.

        Raises UsageError for the press, whose port may not change.
        """
        ports = self._read("run.json")
        if part == "press":
            raise UsageError(
                f"port {ports[part]} belongs to the sample press, because it is part of the "
                "archived URLs, and another program listens on it: stop that program, or remove "
                f"{self.path} to begin anew"
            )
        ports.pop(part, None)
        self._write("run.json", ports)

    def secret(self, name: str) -> str:
        """Return a random secret of this instance, made once and readable by its owner alone."""
        stored = self._read("secrets.json")
        if name not in stored:
            stored[name] = secrets.token_urlsafe(32)
            self._write("secrets.json", stored)
        return str(stored[name])

    def fernet_key(self) -> str:
        """Return Airflow's encryption key: 32 bytes in URL-safe base64 with padding."""
        # `token_urlsafe` leaves out the padding that Fernet requires.
        return self.secret("fernet") + "="

    @property
    def contact(self) -> str:
        """The contact with which this instance was started; empty before its first start."""
        return str(self._read("contact.json").get("contact", ""))

    def store_contact(self, contact: str) -> None:
        """Store the contact for the shells that are opened on this instance."""
        self._write("contact.json", {"contact": contact})

    @property
    def was_interrupted(self) -> bool:
        """Whether the last run began and did not end in order; False where there was none."""
        return (self.path / "at-work").exists()

    def mark(self, *, at_work: bool) -> None:
        """Record that a run begins, or that it has ended in order."""
        if at_work:
            (self.path / "at-work").touch()
        else:
            (self.path / "at-work").unlink()

    @contextmanager
    def locked(self, patience: float = 30.0) -> Iterator[None]:
        """Hold the lock of the instance; the kernel releases it when its holder dies.

        Raises UsageError when another process still holds it after `patience` seconds. The default
        is enough for a watcher to clean up.
        """
        deadline = time.monotonic() + patience
        with (self.path / "lock").open("a+") as lock:
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise UsageError(
                        f"another make run, up or down is at work in {self.path}: wait for it"
                    )
                time.sleep(0.2)
            yield

    def _read(self, name: str) -> dict[str, int | str]:
        file = self.path / name
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def _write(self, name: str, content: dict[str, int | str]) -> None:
        # Renamed into place: a process that is killed while it writes leaves the old file whole.
        beside = self.path / f"{name}.new"
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(content, indent=1))
        beside.replace(self.path / name)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free(port: int) -> bool:
    """Return whether nothing listens on that loopback port."""
    with socket.socket() as probe:
        # Without it, a port counts as taken for a minute after its last connection has ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listening(port: int) -> bool:
    """Return whether something accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _choose(taken: set[int | str]) -> int:
    """Return a random free port that no other part has."""
    return next(port for port in _random(PORTS) if port not in taken and free(port))


def _random(ports: range) -> Iterator[int]:
    while True:
        yield secrets.choice(ports)
