"""Keeps what a mutation run has found so far, so that a run that was broken off goes on where it was."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from infra.mutants.rooms import SOURCES


def digest(root: Path) -> str:
    """Return a hash of every file of the packages and their tests: results hold for one tree."""
    total = hashlib.sha256()
    for path in sorted(
        path for top in SOURCES for path in (root / top).rglob("*") if path.is_file()
    ):
        if "__pycache__" not in path.parts:
            total.update(
                f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return total.hexdigest()


@dataclass(slots=True)
class Record:
    """A file of JSON lines: first the tree, then a line per test file that was timed and per mutant that was tried."""

    path: Path
    tree: str
    seconds: dict[str, float | None] = field(default_factory=dict)
    """Of each test file, how long it takes unmutated; None when it fails as it is."""
    endings: dict[str, tuple[str, float]] = field(default_factory=dict)

    def open(self) -> bool:
        """Read what an earlier run of the same tree wrote; begin anew where there is none. Return whether there was."""
        written = self.path.read_bytes() if self.path.exists() else b""
        whole = written[
            : written.rfind(b"\n") + 1
        ]  # the last line may have been cut off when a run was killed
        lines = [json.loads(line) for line in whole.splitlines()]
        if not lines or lines[0] != {"tree": self.tree}:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"tree": self.tree}) + "\n")
            return False
        self.path.write_bytes(whole)
        for line in lines[1:]:
            if "test" in line:
                self.seconds[line["test"]] = line["seconds"]
            else:
                self.endings[line["mutant"]] = (line["ending"], line["seconds"])
        return True

    def timed(self, test: Path, seconds: float | None) -> None:
        """Keep how long a test file takes."""
        self.seconds[str(test)] = seconds
        self._append({"test": str(test), "seconds": seconds})

    def tried(self, mutant: str, ending: str, seconds: float) -> None:
        """Keep how a mutant ended."""
        self.endings[mutant] = (ending, seconds)
        self._append({"mutant": mutant, "ending": ending, "seconds": round(seconds, 1)})

    def _append(self, line: dict[str, object]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
