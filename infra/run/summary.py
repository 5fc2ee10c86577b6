"""What the archive of an instance holds, an outlet a line, read from what was published and from nothing else."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.run import environment
from infra.run.folders import InstanceFolder

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue

_OF_OUTLET = re.compile(r"/outlet=([a-z0-9_]+)-run=")

VERSIONS = "SELECT outlet, count(DISTINCT article_id) AS articles, count(*) AS versions FROM articles GROUP BY outlet"
REJECTIONS = "SELECT outlet, reason, count(*) AS pages FROM rejections GROUP BY outlet, reason ORDER BY pages DESC"
REPRINTS = """
SELECT outlet, count(DISTINCT article_id) AS reprints FROM clusters JOIN articles USING (article_id)
WHERE relation IN ('copy', 'excerpt', 'derivative') GROUP BY outlet
"""
"""Articles whose text another had first, whole or in part.

A follow-up, a series or a digest is no reprint.
"""

EXAMPLE = """
SELECT split_part(original, '-', 1) AS article_id FROM clusters WHERE relation = 'copy'
GROUP BY original ORDER BY count(*) DESC, original LIMIT 1
"""


@dataclass(slots=True)
class Holding:
    """What the archive has of one outlet. `bytes` are those of its WARC files, as stored."""

    articles: int = 0
    versions: int = 0
    reprints: int = 0
    bytes: int = 0
    rejections: Counter[str] = field(default_factory=Counter)

    @property
    def pages(self) -> int:
        """Pages fetched: each became a version of an article or a rejection."""
        return self.versions + self.rejections.total()


def catalogue(folder: InstanceFolder) -> "Catalogue":
    """Return the catalogue of an instance whose store is running, as it is now."""
    from pydantic import SecretStr  # noqa: PLC0415 - a start that is interrupted early need not load any of these

    from processing.archive.catalogue import Catalogue  # noqa: PLC0415
    from processing.settings import Settings  # noqa: PLC0415
    from processing.store.opening import open_store  # noqa: PLC0415

    found = environment.sillok(folder)
    given = Settings(
        store=found["SILLOK_STORE"],
        store_endpoint=found["SILLOK_STORE_ENDPOINT"],
        store_access_key=SecretStr(found["SILLOK_STORE_ACCESS_KEY"]),
        store_secret_key=SecretStr(found["SILLOK_STORE_SECRET_KEY"]),
    )
    return Catalogue(open_store(given.store, given), folder.path / "cache")


def holdings(found: "Catalogue") -> dict[str, Holding]:
    """Return what an archive holds, by outlet; empty where nothing was ever published."""
    held: defaultdict[str, Holding] = defaultdict(Holding)
    for part in found.of("pages", ".warc.gz"):
        if name := _OF_OUTLET.search(part.key):
            held[name[1]].bytes += part.sum.bytes
    for row in _rows(found, "articles", VERSIONS):
        held[row["outlet"]].articles = row["articles"]
        held[row["outlet"]].versions = row["versions"]
    for row in _rows(found, "rejections", REJECTIONS):
        held[row["outlet"]].rejections[row["reason"]] = row["pages"]
    for row in _rows(found, "clusters", REPRINTS):
        held[row["outlet"]].reprints = row["reprints"]
    return dict(sorted(held.items()))


def example(found: "Catalogue") -> str:
    """Return the id of the article that most others reprinted, as one to look at."""
    return next((str(row["article_id"]) for row in _rows(found, "clusters", EXAMPLE)), "ARTICLE_ID")


def size(count: int) -> str:
    """Return a count of bytes as a person reads it."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - decimal units
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def total(held: Iterable[Holding]) -> Holding:
    """Return the sum of all outlets."""
    whole = Holding()
    for one in held:
        whole.articles += one.articles
        whole.versions += one.versions
        whole.reprints += one.reprints
        whole.bytes += one.bytes
        whole.rejections += one.rejections
    return whole


def _rows(found: "Catalogue", table: str, statement: str) -> Iterable[dict[str, Any]]:
    """Ask the archive; a table that nothing was published to has no rows."""
    from processing.lookup.sql import ask  # noqa: PLC0415 - loads DuckDB

    return ask(found, statement).records() if found.of(table) else ()
