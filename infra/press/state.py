"""What the sample press keeps on disk (epoch, phase, access log), and the traps that its lists hold.

A trap is a page that looks like an article in a list and is not one: moved, gone, behind a login, an
error with status 200.
"""

import json
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from infra.press.articles import ContentError
from processing.dates import SEOUL

FILE = Path(__file__).parent / "traps.toml"
LATER = timedelta(hours=7)
"""So long after the epoch the second phase begins by itself: after the revisit at six hours, never between two runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One such page. `shape` is a template's name after "trap-", or "redirect" or "status".

    `path` and `to` are format strings with the fields of the epoch's day ({yyyy}, {mm}, {dd}) and
    {base}; `reason` is the rejection that a reader must give; `why` is what the fetch log must say
    where no page is read.
    """

    outlet: str
    shape: str
    path: str
    title: str
    minutes: int
    section: str = "사회"
    to: str = ""
    status: int = 200
    reason: str = ""
    why: str = ""
    listed: bool = True


def load(file: Path = FILE) -> tuple[Trap, ...]:
    """Return the traps of all outlets."""
    return tuple(Trap(**row) for row in tomllib.loads(file.read_text("utf-8"))["trap"])


class PressState:
    """The state folder: `press.json` (written once, then only when it changes) and `access.jsonl`."""

    def __init__(self, folder: Path, now: datetime, *, epoch: datetime | None = None) -> None:
        """Read the folder's state, or begin one whose epoch is `epoch`, else `now`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "press.json"
        self._log = folder / "access.jsonl"
        self._lock = threading.Lock()
        if self._file.exists():
            kept = json.loads(self._file.read_text("utf-8"))
            self.epoch = datetime.fromisoformat(kept["epoch"])
            self._phase: int | None = kept["phase"]
            self.later = datetime.fromisoformat(kept["later"])
            self._tricked = set(kept["tricked"])
            if epoch is not None and epoch != self.epoch:
                raise ContentError(
                    f"{self._file} has the epoch {self.epoch}; remove the folder to begin another"
                )
        else:
            begin = (epoch or now).astimezone(SEOUL)
            self.epoch = begin.replace(second=0, microsecond=0)
            self._phase = None
            self.later = self.epoch + LATER
            self._tricked = set()
            self._write()

    def phase(self, now: datetime) -> int:
        """Return the phase that was set, else the one that the time since the epoch gives."""
        if self._phase is not None:
            return self._phase
        return int(now >= self.later)

    def set_phase(self, phase: int, now: datetime) -> None:
        """Fix the phase, the clock no longer matters.

        What happens in the second one happens at `now`.
        """
        with self._lock:
            # The first change decides when "later" was; a repeated one must not move it.
            if phase and not self._phase:
                self.later = now.astimezone(SEOUL).replace(microsecond=0)
            self._phase = phase
            self._write()

    def first_time(self, url: str) -> bool:
        """Return whether `url` is asked for the first time, and remember that it now was."""
        with self._lock:
            if url in self._tricked:
                return False
            self._tricked.add(url)
            self._write()
            return True

    def log(self, row: Mapping[str, Any]) -> None:
        """Append one line to the access log."""
        line = json.dumps(row, ensure_ascii=False) + "\n"
        with self._lock, self._log.open("a", encoding="utf-8") as file:
            file.write(line)

    def _write(self) -> None:
        kept = {
            "epoch": self.epoch.isoformat(),
            "phase": self._phase,
            "later": self.later.isoformat(),
            "tricked": sorted(self._tricked),
        }
        # Renamed into place, so that a press that is killed while it writes keeps its old state.
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
        beside.replace(self._file)
