"""A landing that says: all of this was seen before."""

from datetime import UTC, datetime
from pathlib import Path

from processing.archive.file_store import FileStore
from processing.archive.segments import SegmentWriter
from processing.records import Fetch, Why, article_id

_BEFORE = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def write(folder: Path, outlet: str, base: str, source: str, links: int) -> None:
    """Write one sealed segment of an earlier run in which `links` articles were fetched."""
    run = "20261122T000000Z-000000"
    writer = SegmentWriter(
        FileStore(folder / "archive"), outlet, run, folder / "spool", clock=lambda: _BEFORE, software="bench"
    )
    url = f"{base}/{source}"
    for number in range(links):
        page = f"{base}/news/{number}"
        writer.add(
            Fetch(
                outlet=outlet,
                run=run,
                at=_BEFORE,
                role="article",
                url=page,
                article_id=article_id(page),
                why=Why.FETCHED,
                status=200,
                outcome="rejection",
                announced_by=url,
            )
        )
    tag = '"e"' if source == "unchanged.xml" else None
    writer.add(
        Fetch(outlet=outlet, run=run, at=_BEFORE, role="source", url=url, why=Why.FETCHED, etag=tag, links=links)
    )
    writer.seal()
