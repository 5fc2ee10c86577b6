"""The rows of the fetch log: one function for each kind of outcome."""

import hashlib
from datetime import datetime
from typing import Any, Literal, Protocol

from scrapy.http import Response

from processing.records import Article, Fetch, Rejection, Why
from spiders.outlet import Outlet
from spiders.polling import final
from spiders.visit import Visit

_IN_VAIN = {Why.FAILED, Why.OFF_SITE}
"""Outcomes of a visit after which back-off decides when the next one is: a redirect off the outlet may pass too."""


class Runs(Protocol):
    """What a row needs to know of its run."""

    outlet: Outlet
    id: str

    def clock(self) -> datetime: ...


def digest(body: bytes) -> str:
    """Return the digest of a payload without content coding."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def considered(
    run: Runs,
    url: str,
    why: Why,
    detail: str | None = None,
    *,
    article: str | None = None,
    source: str | None = None,
    failures: int = 0,
) -> Fetch:
    """Return the row of a URL that is not asked for; `failures` where that is because it failed so often."""
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role="article",
        url=url,
        article_id=article,
        why=why,
        detail=detail,
        announced_by=source,
        failures=failures,
    )


def failed(
    run: Runs,
    visit: Visit,
    detail: str,
    *,
    why: Why = Why.FAILED,
    status: int | None = None,
    tls: str | None = None,
    counted: bool = True,
) -> Fetch:
    """Return the row of a URL that was to be asked and gave nothing; not `counted` where it was not asked after all.

    An announced page that we do not hold is asked again, but not for ever: `polling.final`.
    """
    last = visit.last
    failures = (last.failures if last else 0) + (why in _IN_VAIN and counted)
    known = {"links": last.links, "new_at": last.new_at} if last and visit.role == "source" else {}
    if why is Why.SEEN:
        failures = 0  # it leads to an article that we know: that is an answer
    row = _row(run, visit, why=why, detail=detail[:500], status=status, tls=tls, failures=failures, **known)
    missing = visit.role == "article" and why is Why.FAILED and not (last and last.outcome)
    return final(row) if missing else row


def answered(run: Runs, visit: Visit, response: Response, *, why: Why, **more: Any) -> Fetch:
    """Return the row of a URL that answered with a body."""
    stored = response.meta["stored"]  # what is not in the WARC is not read
    fields: dict[str, Any] = {
        "status": response.status,
        "etag": _header(response, b"ETag"),
        "last_modified": _header(response, b"Last-Modified"),
        "digest": digest(response.body),
        "bytes": len(response.body),
        "visits": (visit.last.visits if visit.last else 0) + 1,
        "tls": response.meta.get("tls"),
    }
    fields |= {"payload": stored.payload, "stored_url": stored.url, "stored_at": stored.at}
    return _row(run, visit, why=why, **(fields | more))


def unchanged(run: Runs, visit: Visit, response: Response, **more: Any) -> Fetch:
    """Return the row of a URL that answered 304 or with the payload that it had before."""
    last = visit.last
    kept = ("digest", "payload", "stored_url", "stored_at", "version_id", "outcome", "links", "new_at")
    fields: dict[str, Any] = {name: getattr(last, name) for name in kept} if last else {}
    fields |= {
        "status": response.status,
        "etag": _header(response, b"ETag") or (last.etag if last else None),
        "last_modified": _header(response, b"Last-Modified") or (last.last_modified if last else None),
        "visits": (last.visits if last else 0) + 1,
        "tls": response.meta.get("tls"),
    }
    return _row(run, visit, why=Why.UNCHANGED, **(fields | more))


def read(record: Article | Rejection) -> dict[str, Any]:
    """Return the fields that say what was read from a page."""
    if isinstance(record, Article):
        return {"outcome": "article", "version_id": record.version_id}
    return {"outcome": "rejection", "detail": f"{record.reason}: {record.evidence}"[:500]}


def note(run: Runs, url: str, why: Why, detail: str | None, failures: int) -> Fetch:
    """Return a row about a host as a whole, kept under its root URL: that it cools down, or that it is well again."""
    role: Literal["source"] = "source"
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role=role,
        url=url,
        why=why,
        detail=detail,
        failures=failures,
    )


def _row(run: Runs, visit: Visit, *, why: Why, **fields: Any) -> Fetch:
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role=visit.role,
        url=visit.url,
        article_id=visit.article_id,
        why=why,
        announced_by=visit.announced_by,
        announced_at=visit.announced_at,
        **fields,
    )


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip()[:500] or None if value else None
