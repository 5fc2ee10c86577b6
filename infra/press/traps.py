"""Pages that look like articles in a list and are none: moved, gone, behind a login, an error with status 200."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "traps.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One such page. `shape` is a template's name after "trap-", or "redirect" or "status".

    `path` and `to` are format strings with the fields of the epoch's day ({yyyy}, {mm}, {dd}) and {base}; `reason` is
    the rejection that a reader must give; `why` is what the fetch log must say where no page is read.
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
