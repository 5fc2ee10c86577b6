"""Counts per outlet of what the archive of an instance holds, read from its published tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.run import environment
from infra.run.folders import InstanceFolder
from processing.archive.layout import outlet_of

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue


VERSIONS = """
SELECT outlet, count(DISTINCT article_id) AS articles, count(*) AS versions
FROM articles GROUP BY outlet
"""
REJECTIONS = """
SELECT outlet, reason, count(*) AS pages
FROM rejections GROUP BY outlet, reason ORDER BY pages DESC
"""
# A follow-up, a series or a digest has a text of its own and is no reprint.
REPRINTS = """
SELECT outlet, count(DISTINCT article_id) AS reprints FROM clusters JOIN articles USING (article_id)
WHERE relation IN ('copy', 'excerpt', 'derivative') GROUP BY outlet
"""
"""Counts articles whose text another article had first, whole or in part."""

EXAMPLE = """
SELECT split_part(original, '-', 1) AS article_id FROM clusters WHERE relation = 'copy'
GROUP BY original ORDER BY count(*) DESC, original LIMIT 1
"""


@dataclass(slots=True)
class Holding:
    """The counts of one outlet. `bytes` are those of its WARC files, as stored."""

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
    """Return the current catalogue of an instance whose store is running."""
    # Imported here, so that a start which is interrupted early loads none of these.
    from pydantic import SecretStr  # noqa: PLC0415

    from processing.archive.catalogue import Catalogue  # noqa: PLC0415
    from processing.settings import Settings  # noqa: PLC0415
    from processing.store.opening import open_store  # noqa: PLC0415

    variables = environment.sillok(folder)
    settings = Settings(
        store=variables["SILLOK_STORE"],
        store_endpoint=variables["SILLOK_STORE_ENDPOINT"],
        store_access_key=SecretStr(variables["SILLOK_STORE_ACCESS_KEY"]),
        store_secret_key=SecretStr(variables["SILLOK_STORE_SECRET_KEY"]),
    )
    return Catalogue(open_store(settings.store, settings), folder.path / "cache")


def holdings(archive: "Catalogue") -> dict[str, Holding]:
    """Return the counts of an archive by outlet; empty where nothing was ever published."""
    held: defaultdict[str, Holding] = defaultdict(Holding)
    for part in archive.of("pages", ".warc.gz"):
        if outlet := outlet_of(part.key):
            held[outlet].bytes += part.sum.bytes
    for row in _rows(archive, "articles", VERSIONS):
        held[row["outlet"]].articles = row["articles"]
        held[row["outlet"]].versions = row["versions"]
    for row in _rows(archive, "rejections", REJECTIONS):
        held[row["outlet"]].rejections[row["reason"]] = row["pages"]
    for row in _rows(archive, "clusters", REPRINTS):
        held[row["outlet"]].reprints = row["reprints"]
    return dict(sorted(held.items()))


def example(archive: "Catalogue") -> str:
    """Return the id of the article with most reprints, or a placeholder where there is none."""
    rows = _rows(archive, "clusters", EXAMPLE)
    return next((str(row["article_id"]) for row in rows), "ARTICLE_ID")


def size(count: int) -> str:
    """Return a number of bytes with a decimal unit, such as 1.5 MB."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - decimal units
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def total(held: Iterable[Holding]) -> Holding:
    """Return the sum of all outlets."""
    whole = Holding()
    for holding in held:
        whole.articles += holding.articles
        whole.versions += holding.versions
        whole.reprints += holding.reprints
        whole.bytes += holding.bytes
        whole.rejections += holding.rejections
    return whole


def _rows(archive: "Catalogue", table: str, statement: str) -> Iterable[dict[str, Any]]:
    """Return the rows of a query on `table`; none where nothing was published to that table."""
    from processing.lookup.sql import ask  # noqa: PLC0415 - loads DuckDB

    return ask(archive, statement).records() if archive.of(table) else ()
