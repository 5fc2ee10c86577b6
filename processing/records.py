"""What crosses a border: the records whose JSON schema is the archive's documentation.

`Page` never leaves the process and is a plain dataclass. Everything else is a frozen pydantic model that refuses
unknown fields, because we wrote it. Every datetime is aware; a time that a page does not state is None, never now().
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

SCHEMA_VERSION = 1
"""Version of every record below; a reader refuses a higher one."""


def article_id(canonical_url: str) -> str:
    """Return the identity of an article: the first 16 hex digits of SHA-256 of its canonical URL."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:16]


def version_id(article: str, title: str, text: str) -> str:
    """Return the identity of one state of an article: its id, a dash, 12 hex digits of SHA-256 of title and text."""
    state = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:12]
    return f"{article}-{state}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A response as it came, content coding removed, characters not yet decoded.

    `headers` keep their order and case; `outlet` is a name of the registry or "" for a page read by hand.
    """

    url: str
    fetched_at: datetime
    body: bytes
    outlet: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    charset: str | None = None
    robots: str | None = None
    hints: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """Return the first header of that name (RFC 9110: case does not matter), or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Record(BaseModel):
    """A frozen record that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What sort of article it is; a closed list, because each is a filter of the archive."""

    ARTICLE = "article"
    FLASH = "flash"  # 속보, 1보, 2보, 3보
    ROUNDUP = "roundup"  # 종합
    PHOTO = "photo"
    VIDEO = "video"
    OBITUARY = "obituary"  # 부고
    PERSONNEL = "personnel"  # 인사
    MARKET = "market"  # 시황
    OPINION = "opinion"  # 사설, 칼럼
    INTERVIEW = "interview"
    PRESS_RELEASE = "press_release"  # 보도자료
    BRIEFING = "briefing"
    NEWSLETTER = "newsletter"


class Reason(StrEnum):
    """Why a fetched page is no article; a closed list, because each is a column of the report."""

    NOT_ARTICLE = "not-article"
    LIST_PAGE = "list-page"
    ERROR_PAGE = "error-page"  # says "not found" with status 200
    BLOCKED = "blocked"  # block, consent or challenge page
    LOGIN = "login"
    EMPTY = "empty"
    NOT_KOREAN = "not-korean"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"  # undecodable, broken, or the reader ran out of time or memory


class Author(Record):
    """A person named in the byline; a desk's address is not a person."""

    name: str
    role: str | None = None
    email: str | None = None


class Origin(Record):
    """Whose article a portal's or an aggregator's copy is."""

    outlet: str | None = None
    url: str | None = None


class Rights(Record):
    """What the page and its host say about use, and what our policy made of it.

    `exportable` is False where `noarchive` or a TDM reservation is obeyed; `why` then names the mark.
    """

    robots: str | None = None  # verdict of robots.txt at fetch
    meta_robots: str | None = None
    x_robots_tag: str | None = None
    tdm_reservation: bool | None = None
    tdm_policy: str | None = None
    ai_notice: str | None = None
    licence: str | None = None  # e.g. "KOGL-1" (공공누리 제1유형)
    premium: str | None = None
    exportable: bool = True
    why: str | None = None


class Stamp(Record):
    """A moment that a page states: where it was read, how precise it is, and whether its zone had to be assumed."""

    at: AwareDatetime
    source: Literal["meta", "json-ld", "text", "script", "feed", "sitemap", "url"]
    precision: Literal["second", "minute", "day"] = "second"
    zone_assumed: bool = False


class Article(Record):
    """What was read from one page: one version of one article.

    `url` is the canonical URL and gives `article_id`; `text` is paragraphs joined by a blank line. `sources` says for
    each field where it was read ("json-ld", "og", "meta", "rules", "text", ...). `notices` are rights and premium lines
    that were taken out of the text.
    """

    schema_version: int = SCHEMA_VERSION
    article_id: str
    version_id: str
    outlet: str
    url: str
    fetched_url: str
    fetched_at: AwareDatetime
    title: str
    subtitle: tuple[str, ...] = ()
    text: str
    authors: tuple[Author, ...] = ()
    agency: str | None = None
    origin: Origin | None = None
    publisher_id: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    kind: Kind = Kind.ARTICLE
    chain: str | None = None
    published: Stamp | None = None
    modified: Stamp | None = None
    dateline: str | None = None
    captions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    rights: Rights = Rights()
    extractor: str
    sources: Mapping[str, str] = {}


class Rejection(Record):
    """A page that was fetched and is no article, and what shows it."""

    schema_version: int = SCHEMA_VERSION
    outlet: str
    url: str
    fetched_at: AwareDatetime
    reason: Reason
    evidence: str


class Why(StrEnum):
    """What became of a URL that a run considered; every URL has one row a run in the fetch log."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"  # asked again: 304, or the same payload
    SEEN = "seen"
    OUT_OF_RANGE = "out-of-range"
    ROBOTS = "robots"
    OFF_SITE = "off-site"
    NOT_ARTICLE = "not-article"
    OVER_BUDGET = "over-budget"
    GONE = "gone"  # 404 or 410 of an article we hold: a recorded deletion
    FAILED = "failed"  # `detail` names the class of the failure


class Fetch(Record):
    """One row of the fetch log: a URL that a run considered and what became of it.

    `role` tells articles from sources and robots.txt. `announced_by` is the source's URL. `digest` is "sha256:" and the
    hex digest of the payload without content coding. `visits` counts the times this article was asked, now included.
    `payload`, `stored_url` and `stored_at` name the WARC response record that holds the body (a revisit refers to it).
    `failures` counts how often in a row a source or an article failed, now included; `new_at` is when a source last
    announced something new, `next_at` when its turn-over asks for the next poll.
    """

    schema_version: int = SCHEMA_VERSION
    outlet: str
    run: str
    at: AwareDatetime
    role: Literal["article", "source", "robots"]
    url: str
    article_id: str | None = None
    why: Why
    detail: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    bytes: int | None = None
    announced_by: str | None = None
    announced_at: AwareDatetime | None = None
    version_id: str | None = None
    outcome: Literal["article", "rejection"] | None = None
    visits: int = 0
    links: int | None = None
    new_links: int | None = None
    payload: str | None = None
    stored_url: str | None = None
    stored_at: AwareDatetime | None = None
    failures: int = 0
    new_at: AwareDatetime | None = None
    next_at: AwareDatetime | None = None


class Sum(Record):
    """An object and what it must hash to."""

    key: str
    sha256: str
    bytes: int
    rows: int | None = None


class Seal(Record):
    """The unit of commit: what belongs to one closed segment of a crawl. A file that no seal names does not count."""

    schema_version: int = SCHEMA_VERSION
    outlet: str
    run: str
    segment: int
    sealed_at: AwareDatetime
    files: tuple[Sum, ...]
    pages: int
    articles: int
    rejections: int


class End(StrEnum):
    """How a poll of an outlet ended."""

    NEW = "new"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"  # a limit closed it; what it fetched is kept
    UNHEALTHY = "unhealthy"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class SourceReport(Record):
    """How one source of an outlet answered."""

    url: str
    status: int | None
    links: int
    new: int
    overlap: int
    problem: str | None = None
    next_at: AwareDatetime | None = None


class RunReport(Record):
    """What one crawl of one outlet did; written last. pages == articles + rejections, always."""

    schema_version: int = SCHEMA_VERSION
    outlet: str
    run: str
    day: str  # KST, YYYY-MM-DD
    started_at: AwareDatetime
    ended_at: AwareDatetime
    end: End
    why: str
    pages: int
    articles: int
    rejections: Mapping[str, int]
    whys: Mapping[str, int]
    sources: tuple[SourceReport, ...]
    announced: int
    segments: int
    bytes: int
    requests: int
    agent: str
    code_version: str


class Removed(Record):
    """An object that a manifest takes out of the archive, and why."""

    key: str
    reason: Literal["takedown", "reread", "compaction"]
    reference: str | None = None


class Manifest(Record):
    """One publication: what it adds, what it supersedes, and the hash of the one before. PUT with If-None-Match: *.

    `batch` is a digest of the runs taken in, so the same landing always makes the same batch. `memory` names for each
    outlet its current snapshot of the fetch log. `runs` are the landing runs that may be removed once this exists.
    """

    schema_version: int = SCHEMA_VERSION
    seq: int
    previous: str | None
    batch: str
    published_at: AwareDatetime
    adds: tuple[Sum, ...]
    removes: tuple[Removed, ...] = ()
    runs: tuple[str, ...] = ()
    memory: Mapping[str, Sum] = {}
    counts: Mapping[str, int] = {}
    code_version: str
    lock_sha256: str
