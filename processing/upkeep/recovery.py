"""Makes again, from the WARC alone, what a crawl's rows said: articles, rejections, the fetch log.

Which pages were read and which were only asked again follows from what was remembered of each then.
What the WARC does not hold is not recovered: links that were not asked for, sources' counts of
links, and failures without an answer.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import ValidationError

from processing.archive.catalogue import Catalogue
from processing.archive.memory import Memory
from processing.errors import CorruptRecordError, MissingError
from processing.lookup.replay import payload
from processing.records import Article, Fetch, Page, Reason, Rejection, Why, article_id, fault
from processing.upkeep.captures import Capture, CapturedFile, plain_headers

_OK, _NOT_MODIFIED = 200, 304
_ABSENT = frozenset({404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
RESERVATION = "/.well-known/tdmrep.json"
"""Where a host says what of it may be mined (TDM Reservation Protocol)."""
_ROLES = ("article", "source", "robots", "part")


class PageReader(Protocol):
    """How pages are read today; `spiders` knows the outlets."""

    def canonical(self, outlet: str, url: str) -> str | None:
        """Return the canonical URL of the article at `url`, or None where it is none."""
        ...

    def read(self, page: Page, canonical: str) -> Article | Rejection:
        """Read a page as a crawl reads it."""
        ...


@dataclass(slots=True)
class RecoveredRows:
    """What a run's rows say, as far as its WARC files tell."""

    articles: list[Article] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    log: list[Fetch] = field(default_factory=list)


class RowRecovery:
    """Tells the rows of one run; `memory` is what was known before it, and is not changed.

    `elsewhere` returns the body of a revisit whose bytes are in another file, or None.
    """

    def __init__(
        self,
        outlet: str,
        run: str,
        memory: Memory,
        reader: PageReader,
        elsewhere: Callable[[Capture], bytes | None],
    ) -> None:
        self._outlet = outlet
        self._run = run
        self._memory = memory
        self._reader = reader
        self._elsewhere = elsewhere
        self._reservations: dict[str, bytes] = {}

    def by_file(self, files: Sequence[CapturedFile]) -> Iterator[RecoveredRows]:
        """Yield the rows of each of these files of the run, in their order.

        Raises CorruptRecordError where a record states what no row may hold.
        """
        self._reservations = dict(self._reserved(files))
        wanted = {id(capture) for _, capture in _last_tries(files)}
        for file in files:
            recovered = RecoveredRows()
            for capture in file.captures:
                if id(capture) in wanted:
                    recovered.log.append(self._read_again(recovered, file, capture))
            yield recovered

    def _read_again(self, recovered: RecoveredRows, file: CapturedFile, capture: Capture) -> Fetch:
        try:
            return self._recovered(recovered, file, capture)
        except ValidationError as error:
            raise CorruptRecordError(f"{file.key}: {fault(error)}") from error
        # An address that is none, or letters that no encoding has.
        except ValueError as error:
            raise CorruptRecordError(f"{file.key}: {error}") from error

    def _body(self, file: CapturedFile, capture: Capture) -> bytes | None:
        if capture.status != _OK:
            return None
        body = file.body(capture)
        return body if body is not None else self._elsewhere(capture)

    def _reserved(self, files: Iterable[CapturedFile]) -> Iterator[tuple[str, bytes]]:
        """Yield by authority the TDM reservation that the crawl was given there."""
        for file in files:
            for capture in file.captures:
                authority, mark, _ = capture.url.partition(RESERVATION)
                if mark and (body := self._body(file, capture)):
                    yield authority, body

    def _recovered(self, recovered: RecoveredRows, file: CapturedFile, capture: Capture) -> Fetch:
        row = self._row(capture)
        if row.role == "article":
            return self._visited(recovered, row, file, capture)
        if capture.status == _NOT_MODIFIED:
            return row.evolve(why=Why.UNCHANGED, detail=None)
        return row

    def _row(self, capture: Capture) -> Fetch:
        role = capture.facts.get("role", "article")
        return Fetch(
            outlet=self._outlet,
            run=self._run,
            at=capture.at,
            role=role if role in _ROLES else "article",
            url=capture.facts.get("asked") or capture.url,
            why=Why.FETCHED if capture.status == _OK else Why.FAILED,
            detail=None if capture.status == _OK else f"http {capture.status}",
            status=capture.status,
            announced_by=capture.facts.get("announced-by"),
            tls=capture.facts.get("tls"),
        )

    def _visited(
        self, recovered: RecoveredRows, row: Fetch, file: CapturedFile, capture: Capture
    ) -> Fetch:
        """Return the row of an article's response, and add what is read from it."""
        named = self._reader.canonical(row.outlet, capture.url)
        asked = capture.facts.get("canonical") or named or row.url
        last = self._memory.last(article_id(asked))
        row = row.evolve(article_id=article_id(asked), visits=(last.visits if last else 0) + 1)
        held = last if last and last.outcome else None
        if capture.status == _NOT_MODIFIED and held:
            return row.evolve(why=Why.UNCHANGED, detail=None, **_kept(held))
        if capture.status in _ABSENT and held:
            return row.evolve(why=Why.GONE)
        body = self._body(file, capture)
        if body is None:
            return row
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        if held and held.digest == digest:
            return row.evolve(why=Why.UNCHANGED, **_kept(held))
        page = self._page(capture, body)
        record = self._reader.read(page, named or capture.facts.get("canonical") or row.url)
        row = row.evolve(digest=digest, bytes=len(body), **_stored(capture))
        return _read(recovered, row, record, held)

    def _page(self, capture: Capture, body: bytes) -> Page:
        headers = plain_headers(capture)
        stated = next(
            (value for name, value in headers if name.lower() == "content-type"), ""
        ).lower()
        _, mark, charset = stated.partition("charset=")
        parts = urlsplit(capture.url)
        reservation = self._reservations.get(f"{parts.scheme}://{parts.netloc}")
        hints = {"tdmrep": reservation.decode("utf-8", "replace")} if reservation else {}
        return Page(
            url=capture.url,
            fetched_at=capture.at,
            body=body,
            outlet=self._outlet,
            status=capture.status,
            headers=headers,
            charset=charset.split(";")[0].strip(" \"'") or None if mark else None,
            robots=capture.facts.get("robots"),
            hints=hints,
        )


def earlier(catalogue: Catalogue, capture: Capture) -> bytes | None:
    """Return the body that a revisit repeats from the archive, or None where it is not there."""
    if capture.original is None:
        return None
    try:
        return payload(catalogue, capture.original.url, capture.original.at)
    except (CorruptRecordError, MissingError):
        return None


def _last_tries(files: Iterable[CapturedFile]) -> Iterator[tuple[CapturedFile, Capture]]:
    """Yield the responses that were acted upon: no redirect, and of a failure the last try."""
    pairs = [(file, capture) for file in files for capture in file.captures]
    last = {capture.url: capture for _, capture in pairs}
    for file, capture in pairs:
        redirected = capture.status in _REDIRECTS and capture.header("location") is not None
        failed = capture.status not in {_OK, _NOT_MODIFIED}
        if not redirected and not (failed and last[capture.url] is not capture):
            yield file, capture


def _read(
    recovered: RecoveredRows, row: Fetch, record: Article | Rejection, held: Fetch | None
) -> Fetch:
    """Add what was read from a page, and return its row with it."""
    if isinstance(record, Article):
        recovered.articles.append(record)
        return row.evolve(outcome="article", version_id=record.version_id)
    recovered.rejections.append(record)
    # an archived article whose page says, with status 200, that it is gone
    gone = held and held.outcome == "article" and record.reason is Reason.ERROR_PAGE
    return row.evolve(
        why=Why.GONE if gone else Why.FETCHED,
        outcome=None if gone else "rejection",
        detail=f"{record.reason}: {record.evidence}"[:500],
    )


def _stored(capture: Capture) -> dict[str, Any]:
    """Return the fields of a row that say what was answered, and where it is stored."""
    validators = {
        name: capture.header(name.replace("_", "-")) for name in ("etag", "last_modified")
    }
    stored = capture.stored
    return {
        **validators,
        "payload": stored.payload,
        "stored_url": stored.url,
        "stored_at": stored.at,
    }


def _kept(last: Fetch) -> dict[str, Any]:
    names = ("digest", "payload", "stored_url", "stored_at", "version_id", "outcome")
    validators = {"etag": last.etag, "last_modified": last.last_modified}
    return {name: getattr(last, name) for name in names} | validators
