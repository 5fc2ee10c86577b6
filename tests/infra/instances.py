"""`make run` without make, in a folder of its own, and what its processes listen on."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.run.folders import ROOT, InstanceFolder

LIMIT = 400
PER_OUTLET = (
    "select outlet, count(*) as versions, count(distinct article_id) as articles"
    " from articles group by 1"
)


class Instance:
    """`make run` without make, in a folder of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.environment = {**os.environ, "SILLOK_VAR": str(var)}
        self.environment.pop("SILLOK_CONTACT", None)

    def begin(self, *what: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.run", *what],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *what: str, typed: str = "") -> tuple[int, str]:
        with self.begin(*what) as process:
            said, _ = process.communicate(typed, timeout=LIMIT)
            return process.returncode, said

    @property
    def folder(self) -> InstanceFolder:
        return InstanceFolder(self.var / "sample")

    def kept(self) -> list[dict[str, object]]:
        """Return a row per outlet of the archive: how many versions of how many articles it keeps."""
        code, said = self.run("shell", typed=f'\nsillok query --json "{PER_OUTLET}"\n')
        assert code == 0, said
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def visits(self) -> list[dict[str, object]]:
        return [
            json.loads(line)
            for line in (self.folder.path / "press" / "access.jsonl").read_text().splitlines()
        ]


def listening(wanted: set[int]) -> list[str]:
    """The addresses on which any of these processes listens, as /proc/net says (proc(5): state 0A)."""
    sockets = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                sockets[f"socket:[{fields[9]}]"] = fields[1].partition(":")[0]
    addresses = []
    for process in wanted:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            addresses += [sockets[name] for name in _held(process) if name in sockets]
    return addresses


def _held(process: int) -> Iterator[str]:
    """What a process holds open; files that it closes meanwhile are passed over, and nothing else is."""
    for handle in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield str(handle.readlink())
