"""The limits that `make check` holds the source to."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.house.counts import SourceCounts

ROOM = 18
"""Modules in one folder that a newcomer can still take in at a glance."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the source with its lowest and highest allowed value."""

    what: str
    measure: Callable[[SourceCounts], float]
    most: float
    least: float = 0
    held: bool = True
    """Whether `--check` fails beyond it; otherwise it only says so."""
    culprits: Callable[[SourceCounts], tuple[str, ...]] = lambda _: ()

    def breach(self, counts: SourceCounts) -> str | None:
        """Return a message where the figure is out of bounds, else None."""
        value = self.measure(counts)
        if self.least <= value <= self.most:
            return None
        bounds = f"at most {self.most:g}" if value > self.most else f"at least {self.least:g}"
        names = self.culprits(counts)
        return f"{self.what}: {value:g}, and {bounds} is allowed" + (
            f": {'; '.join(names)}" if names else ""
        )


LIMITS = (
    Limit("functions over 30 lines, in percent", lambda counts: counts.long_functions, most=1),
    Limit(
        "circles of imports",
        lambda counts: len(counts.circles),
        most=0,
        culprits=lambda counts: tuple(" ↔ ".join(circle) for circle in counts.circles),
    ),
    Limit(
        "modules without docstring",
        lambda counts: len(counts.undocumented),
        most=0,
        culprits=lambda counts: counts.undocumented,
    ),
    Limit(
        "modules in the biggest folder",
        lambda counts: max(counts.folders.values(), default=0),
        most=ROOM,
        culprits=lambda counts: tuple(
            f"{name} {size}" for name, size in counts.folders.items() if size > ROOM
        ),
    ),
    Limit("loose modules in spiders", lambda counts: counts.loose_in_spiders, most=10),
    Limit(
        "twin type names",
        lambda counts: len(counts.twins),
        most=0,
        culprits=lambda counts: tuple(
            f"{name} in {', '.join(where)}" for name, where in counts.twins.items()
        ),
    ),
    # The formatter breaks code, but neither docstrings nor strings.
    Limit("code lines over 100 characters, in percent", lambda counts: counts.long_lines, most=1),
    # Some rooms have few comments yet, so the figure of the whole stands at the edge of what it
    # shall be: it is printed, and held as soon as every room has its share.
    Limit(
        "comments per 100 code lines", lambda counts: counts.comments, least=2, most=5, held=False
    ),
)
