"""Result records of `publish`: counts of outlets, held outlets, alarms.

`sillok archive --json` prints them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from processing.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """What publishing needs to know of an outlet, given by the caller.

    `title` is what other outlets call it in a credit, `outlet_class` ranks whose text is the
    original, `daily` what a normal day brings (None: no judgement of volume, as for an outlet that
    is no longer declared).
    """

    title: str = ""
    outlet_class: Literal["wire", "publisher", "portal", "aggregator"] = "publisher"
    daily: tuple[int, int] | None = None


class OutletCounts(Record):
    """What one outlet brought. pages == articles + the sum of `rejections`, always.

    `articles` were read from pages; of these `versions` are new states, `new` of them first ones,
    `edits` later ones, `silent_edits` of these without a new modified time. `deletions` are
    articles that answered 404 or 410. `reprints` are new versions whose text another outlet had
    first. `bytes` are those of the raw pages.
    """

    runs: int = 0
    pages: int = 0
    articles: int = 0
    versions: int = 0
    new: int = 0
    edits: int = 0
    silent_edits: int = 0
    deletions: int = 0
    reprints: int = 0
    rejections: Mapping[str, int] = {}
    bytes: int = 0


class Held(Record):
    """An outlet whose runs stay in landing because of a fault, until `sillok release`."""

    outlet: str
    runs: tuple[str, ...]
    faults: tuple[str, ...]


class Alarm(Record):
    """Something that a person should look at; it holds nothing back."""

    outlet: str
    text: str


class Publication(Record):
    """What a publication did.

    `seq` and `batch` are None where there was nothing to publish, and in a dry run `seq`.

    `waiting` are runs that are still going on, `quiet` those that brought nothing new and stay in
    landing until a run of their outlet does; `removed` counts objects taken out of landing.
    `signed_again` counts articles of earlier publications that got signatures of this version of
    the fold, because another version had archived them.
    """

    seq: int | None = None
    batch: str | None = None
    dry_run: bool = False
    outlets: Mapping[str, OutletCounts] = {}
    held: tuple[Held, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    waiting: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    objects: int = 0
    bytes: int = 0
    removed: int = 0
    signed_again: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether nothing was published because nothing was there."""
        return self.batch is None
