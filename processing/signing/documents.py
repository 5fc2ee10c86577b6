"""What is folded: a document, the day it belongs to, and the options that decide how."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Final

from processing.dates import SEOUL
from processing.signing.canonical import NORMALISER
from processing.signing.columns import LAYOUT

CLASSES: Final = ("wire", "publisher", "portal", "aggregator")
"""Outlet classes from the most to the least likely owner of a text."""

RULES: Final = 7
"""The version of how pairs are decided and clusters made.

A change there raises it, so that verdicts never mix.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text to be folded.

    `id` is unique (the archive's version id; by hand any string). `article_id` is the same for all
    versions of one article; empty means that the document is its only version. Of no class, an
    outlet is a wire where its name is an agency's, else a publisher. `fetched_at` decides the day.
    `agency` is the agency that the article credits, `origin_url` the page that a portal or an
    aggregator names as its source.
    """

    id: str
    text: str
    article_id: str = ""
    title: str = ""
    outlet: str = ""
    outlet_class: str = ""
    url: str = ""
    published_at: datetime | None = None
    fetched_at: datetime | None = None
    agency: str | None = None
    origin_url: str | None = None

    def day(self, otherwise: date) -> date:
        """Return the collection day in Seoul, or `otherwise` where no fetch time is known."""
        return self.fetched_at.astimezone(SEOUL).date() if self.fetched_at else otherwise


def number(identity: str) -> int:
    """Return the signed 64-bit number that stands for a document in the band files."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big", signed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is made of a text. Each value is part of the fingerprint, so a change opens a new index.

    Lengths are canonical characters. `passage` is the length of the passages that are keys of a
    text. Of a text of `n` characters one passage in `sparse` times the root of `n` is one, and no
    more than one in `densest`: which they are is told by their hashes alone, and the passages of a
    longer text are among those that a shorter one would keep. `title_keys` is how many passages of
    an outlet's own title are keys, which finds the states of a running report. A passage of one
    outlet's texts under at least `many` titles is boilerplate; `few` are enough beside what only
    boilerplate says. A text shorter than `brief` has `brief_keys` of its shingles as keys, too,
    because few passages of it are keys. One shorter than `shortest` is another one with words left
    out or put in, or is not linked; one with less than `own` left of it is compared for nothing.
    """

    shingle: int = 5
    passage: int = 16
    sparse: float = 1.0
    densest: float = 6.0
    title_keys: int = 3
    brief: int = 80
    brief_keys: int = 6
    many: int = 10
    few: int = 3
    shortest: int = 40
    own: int = 10
    learnt: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When two texts are one.

    `copy` and `derivative` are shares of the smaller text, `same` of the larger one.

    A text that breaks off from the other more than `breaks` times in a hundred characters (two and
    a half times as often where it holds `faithful` of it), and typically for less than `stretch`
    characters at a time, was rewritten throughout: a derivative. A desk that reworks a press
    release edits by the sentence and leaves longer stretches.

    A template is refused where more than `missing` of the smaller text's number facts (and more
    than one) are absent from the larger one and at least `exchanged` numbers in a hundred matched
    characters were exchanged in place.
    """

    copy: float = 0.75
    derivative: float = 0.5
    same: float = 0.5
    breaks: float = 1.5
    faithful: float = 0.87
    stretch: int = 13
    missing: float = 0.2
    exchanged: float = 0.4
    veto: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldOptions:
    """How a fold is done. All but the last four decide results and are in `fingerprint`.

    `window_days` is how far apart two documents may have been collected, `bucket` how far apart two
    of one key may stand in the order of days to be compared (`processing.matching.match`).
    `outlet_names` maps what a credit says ("연합뉴스") to the name of an outlet in `Document.outlet`.
    `memory_limit` and `threads` are DuckDB's.
    """

    features: Features = Features()
    thresholds: Thresholds = Thresholds()
    bucket: int = 64
    window_days: int = 30
    outlet_names: Mapping[str, str] = field(default_factory=dict)
    memory_limit: str = "1GB"
    threads: int = 1

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits over all parameters, normaliser, layout and rules.

        It is part of the path of what is stored: `dedupe/v=<fingerprint>/`.
        """
        said = {
            "features": asdict(self.features),
            "thresholds": asdict(self.thresholds),
            "bucket": self.bucket,
            "normaliser": NORMALISER,
            "layout": LAYOUT,
            "rules": RULES,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
