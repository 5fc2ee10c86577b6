"""Where the parts of tables lie, and which days a part holds by its key.

    <table>/month=2026-11/2026-11-20-<hash>.parquet     rows of one KST day
    <table>/month=2026-11/2026-11-<hash>.parquet        all days of a month that is over
    articles/month=unknown/unknown-<hash>.parquet       no time of publication
    dedupe/v=<fingerprint>/<kind>/month=…/…             the same for each kind of partition

Version 1 had `<table>/day=2026-11-20/<hash>.parquet`, `log/outlet=<name>/<hash>.parquet` and the
snapshots of memories beside the latter. A folder named after a column made readers see the column
twice, with two types; no column is called `month`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta

from processing.records import Sum

CHECKPOINTS = "checkpoints/"
EVERY = 32
"""How many manifests there are from one checkpoint to the next; so many are fetched at once."""
UNKNOWN = "unknown"
"""Stands for the day of articles that state no time of publication."""
_DAYS = re.compile(r"/month=[^/]+/(?P<days>[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)-[0-9a-f]+\.[a-z]+$")
_DAY = re.compile(r"/day=(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})/")
_VERSION_2 = re.compile(r"/month=[^/]+/[^/]+\.parquet$")

_RAW_PAGES = re.compile(r"/(?:outlet=)?(?P<outlet>[a-z][a-z0-9_]*)-[^/]*\.(?:warc\.gz|cdxj)$")
_MERGED = "index"
"""Begins the name of a day's index of all outlets' pages."""
_CHECKPOINT = re.compile(r"checkpoints/[0-9]{8}-[0-9a-f]+\.parquet")
DERIVED = ("clusters", "dedupe")
"""Tables that are made of `articles` alone."""
CONVERTED = frozenset({"articles", "clusters", "log", "rejections", "reports"})
"""Tables whose parts of version 1 are given with the columns of today."""

_NAME = 32
"""Hex digits of a part's SHA-256 in its name: 128 bits, so that no two parts share a name."""
Span = tuple[date, date]
"""A first and a last KST day, both included."""


@dataclass(frozen=True, slots=True)
class CatalogueObject:
    """A current object: its key and sums, and the sequence number of the manifest that added it."""

    sum: Sum
    seq: int

    @property
    def key(self) -> str:
        return self.sum.key

    @property
    def table(self) -> str:
        """The first segment of the key: "articles", "pages", ..."""
        return self.key.partition("/")[0]

    @property
    def days(self) -> Span | None:
        """The first and the last KST day of its rows; None where its key states none."""
        return span(self.key)

    def within(self, first: date, last: date) -> bool:
        """Tell whether it may have rows of these days, both included."""
        return self.days is None or (self.days[0] <= last and first <= self.days[1])


class NewObject:
    """An object to be put (a table's part or a snapshot) with the sums that its manifest states."""

    __slots__ = ("data", "sum")

    def __init__(
        self,
        folder: str,
        data: bytes,
        *,
        prefix: str = "",
        suffix: str = ".parquet",
        rows: int | None = None,
    ) -> None:
        digest = hashlib.sha256(data).hexdigest()
        key = f"{folder}/{prefix}{digest[:_NAME]}{suffix}"
        self.data = data
        self.sum = Sum(key=key, sha256=digest, bytes=len(data), rows=rows)

    @property
    def key(self) -> str:
        return self.sum.key


def placed(table: str, day: date | None, *, whole_month: bool = False) -> tuple[str, str]:
    """Return the folder of a part and how its name begins; `table` may be `dedupe/v=…/sig`."""
    if day is None:
        return f"{table}/month={UNKNOWN}", f"{UNKNOWN}-"
    return f"{table}/month={day:%Y-%m}", f"{day:%Y-%m}-" if whole_month else f"{day}-"


def span(key: str) -> Span | None:
    """Return the days of an object of either version; None where its key states none."""
    if match := _DAYS.search(key):
        first = date.fromisoformat(f"{match['days']}-01"[:10])
        is_month = len(match["days"]) == len("2026-11")
        return first, _month_end(first) if is_month else first
    if match := _DAY.search(key):
        day = date.fromisoformat(match["day"])
        return day, day
    return None


def adds_checkpoint(seq: int) -> bool:
    """Tell whether the manifest of that number adds a checkpoint."""
    return seq % EVERY == 0


def is_month(key: str) -> bool:
    """Tell whether a part holds all days of a month."""
    match = _DAYS.search(key)
    return match is not None and len(match["days"]) == len("2026-11")


def is_checkpoint(key: str) -> bool:
    """Tell whether an object is a checkpoint; those of raw pages by month belong to one."""
    return _CHECKPOINT.fullmatch(key) is not None


def is_version_1(key: str) -> bool:
    """Tell whether a Parquet part lies where version 1 put it."""
    return key.endswith(".parquet") and _VERSION_2.search(key) is None


def outlet_of(key: str) -> str | None:
    """Return whose raw pages, or index of them, an object of either version holds.

    None of a day's index of all outlets, and of everything else.
    """
    match = _RAW_PAGES.search(key)
    return match["outlet"] if match and match["outlet"] != _MERGED else None


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
