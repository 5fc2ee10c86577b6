"""Where an instance keeps everything: `var/sample` for the sample press, `var/live` for the real outlets.

The two never share an archive, a database or a credential. `SILLOK_VAR` names another folder than `var`.
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
PORTS = range(20000, 30000, 10)
"""Below the ports that Linux gives to outgoing connections, so that a kept port is still free the next time."""


@dataclass(frozen=True, slots=True)
class InstanceFolder:
    """The folder of one instance; everything in it is for its owner's eyes only."""

    path: Path

    @classmethod
    def named(cls, name: str) -> "InstanceFolder":
        """Return the place of the instance `sample` or `live`, made if needed."""
        folder = Path(os.environ.get("SILLOK_VAR") or ROOT / "var").resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return cls(folder)

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
        """Return the port of a part, chosen once: the press's is part of every URL in the archive."""
        ports = self._read("run.json")
        if part not in ports:
            ports[part] = _choose(taken=set(ports.values()))
            self._write("run.json", ports)
        return int(ports[part])

    def forget_port(self, part: str) -> None:
        """Forget the port of a part that something else now listens on.

        Raises UsageError where it may not change.
        """
        ports = self._read("run.json")
        if part == "press":
            raise UsageError(
                f"port {ports[part]} belongs to the sample press, because it is part of the archived URLs, and another "
                f"program listens on it: stop that program, or remove {self.path} to begin anew"
            )
        ports.pop(part, None)
        self._write("run.json", ports)

    def secret(self, name: str) -> str:
        """Return a random secret of this instance, made once and readable by its owner alone."""
        kept = self._read("secrets.json")
        if name not in kept:
            kept[name] = secrets.token_urlsafe(32)
            self._write("secrets.json", kept)
        return str(kept[name])

    def fernet_key(self) -> str:
        """Return the secret with which Airflow encrypts its connections: 32 bytes in URL-safe base64, padded."""
        return self.secret("fernet") + "="

    @property
    def contact(self) -> str:
        """What outlets were told of whoever started this instance.

        Nothing before its first start.
        """
        return str(self._read("contact.json").get("contact", ""))

    def store_contact(self, contact: str) -> None:
        """Remember the contact for the shells that are opened on this instance."""
        self._write("contact.json", {"contact": contact})

    @property
    def was_interrupted(self) -> bool:
        """Whether the last start began and did not end in order.

        Nothing to mend where there was none.
        """
        return (self.path / "at-work").exists()

    def mark(self, *, at_work: bool) -> None:
        """Note that a start begins, or that it has ended in order."""
        if at_work:
            (self.path / "at-work").touch()
        else:
            (self.path / "at-work").unlink()

    @contextmanager
    def locked(self, patience: float = 30.0) -> Iterator[None]:
        """Let one process at a time work here; the lock dies with its holder.

        Raises UsageError when it is still held after `patience` seconds: what a watcher needs to
        clean up.
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
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # connections that just ended do not matter
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
