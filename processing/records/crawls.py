"""Records of crawls and publications.

A crawl leaves the rows of its fetch log, the seals of its segments and its report. A publication is
a manifest; its counts, held outlets and alarms are what `sillok archive --json` prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from processing.records.articles import SCHEMA_VERSION, Count, Key, Name, Record, Sha256, Shown


class Why(StrEnum):
    """What became of a URL in a crawl; the fetch log has one row per URL and crawl."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"  # asked again: 304, or the same payload
    SEEN = "seen"
    OUT_OF_RANGE = "out-of-range"
    ROBOTS = "robots"
    OFF_SITE = "off-site"
    NOT_ARTICLE = "not-article"
    OVER_BUDGET = "over-budget"
    WAITING = "waiting"  # announced to a backfill, whose next run asks for it; never a gap of a day
    # The address gave no article, so another address of the article was requested; see `detail`.
    SPELLING = "spelling"
    # 404 or 410 of an archived article: a recorded deletion; with `failures`, of one that was never
    # there.
    GONE = "gone"
    FAILED = "failed"  # `detail` names the class of the failure
    # Failed on every visit for weeks: a gap that no crawl requests by itself any more.
    GIVEN_UP = "given-up"


class SourceFault(StrEnum):
    """Why a source was not understood, or what is doubtful about it though it was."""

    # No answer, a status that is no answer, a refusal, or its host is left alone.
    UNANSWERED = "unanswered"
    UNASKED_304 = "unasked-304"  # "unchanged" in answer to a request that set no condition
    NOFOLLOW = "nofollow"
    EMPTY = "empty"  # no byte
    NOT_A_LIST = "not-a-list"  # HTML in place of XML, an error as JSON, another kind of document
    # Entities that stand for others or for files, data that unpack beyond the limit.
    REFUSED = "refused"
    DAMAGED = "damaged"  # ill-formed: read as far as it can be trusted
    CUT = "cut"  # it breaks off; what is open at its end is left out
    TOO_LONG = "too-long"  # lists more than a source may
    STRAY_TEXT = "stray-text"  # something stands before the document
    ENTITIES = "entities"  # declares entities, which are left unexpanded
    ENCODING = "encoding"  # not in the encoding that it declares
    NO_ADDRESS = "no-address"  # entries without an address
    BAD_DATE = "bad-date"  # dates that state no moment
    LISTS_NOTHING = "lists-nothing"  # sound, and without an entry
    NO_ARTICLE = "no-article"  # lists links, none of which is an article of the outlet
    # Every article that it lists has an address form of the past (`older` of the declaration).
    OLD_FORM = "old-form"
    # The share of links that are articles fell far below this source's own past.
    FEW_ARTICLES = "few-articles"
    OVERFLOW = "overflow"  # shares nothing with the poll before: something may have been missed
    # It shared nothing with the poll before, and a list was read until it met what was known.
    RECOVERED = "recovered"
    FALSE_VALIDATORS = "false-validators"  # new links under an ETag or Last-Modified that stayed
    SILENT = "silent"  # nothing new beyond its quiet time
    UNDATED = "undated"  # a paged list whose entries state no day: how far it goes back is unknown
    LIST_END = "list-end"  # a paged list that has no page behind this one
    READER_ERROR = "reader-error"  # an error of ours


class SourceFinding(Record):
    """One fault of a source, with a description and a few examples."""

    fault: SourceFault
    detail: Shown
    examples: tuple[Shown, ...] = ()


class Extent(Record):
    """What an answer of a source adds to the one before: its ends in time and by id.

    `oldest_at` and `newest_at` are the times that the oldest and the newest entry state which the
    answer before had not; what is older than the newest entry of that answer (pinned, or put in
    late) is left out. `oldest_id` and `newest_id` are the outlet's own ids of the two. None where
    nothing is new, or no time is stated.
    """

    oldest_at: AwareDatetime | None = None
    newest_at: AwareDatetime | None = None
    oldest_id: str | None = None
    newest_id: str | None = None


class SourceComparison(Record):
    """How many articles of one stretch of time a source lists, the others do, and both do.

    `since` and `until` are stated times; `until` lies an hour before the crawl, because sources
    list the same article at different moments.
    """

    since: AwareDatetime
    until: AwareDatetime
    own: Count
    others: Count
    both: Count


class Fetch(Record):
    """One row of the fetch log: a URL of a crawl and what became of it.

    `role` tells articles from sources, robots.txt and the parts of a page that is rendered.
    `announced_by` is the URL of the source, or of that page. `digest` is "sha256:" and the hex
    digest of what was read: the payload without content coding, or the rendered page. `visits`
    counts the times this article was asked, now included. `payload`, `stored_url` and `stored_at`
    name the WARC response record that holds the body (a revisit refers to it). `tls` says how the
    host of an https answer was known: "verified", or "unverified: " and what is wrong with its
    certificate, where the outlet declares that exception. `failures` counts how often in a row a
    source or an article failed, now included ("seen" with failures is left alone for now, and is
    not here); `unreached` is how many of them, the last in a row, ended without a packet from the
    host (no address, no route, refused, timed out). `new_at` is when a source last announced
    something new, `next_at` when its turn-over asks for the next poll. `links` of a source are
    those that are articles of the outlet, `listed` all that it lists, and `faults` what was wrong
    with it. `answered_at` is when a source answered the last time before, `newest_at` the newest time
    that it has stated so far, and `frontier` the ids of the newest articles of its last answer: an
    answer without any of them shares nothing with it. `compared_until` is the stated time up to which
    it was compared with the outlet's other sources. `backfill` marks the rows of a backfill, which
    are no part of an outlet's daily memory: the KST day that an article or the list of a day was
    asked for ("2026-11-20"), or of a page of a list the first and last day that it completes
    ("2026-11-18/2026-11-20"; no day where the first is the later one).
    """

    schema_version: int = SCHEMA_VERSION
    outlet: str
    run: str
    at: AwareDatetime
    role: Literal["article", "source", "robots", "part"]
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
    listed: int | None = None
    faults: tuple[SourceFault, ...] = ()
    payload: str | None = None
    stored_url: str | None = None
    stored_at: AwareDatetime | None = None
    tls: str | None = None
    failures: int = 0
    unreached: int = 0
    new_at: AwareDatetime | None = None
    next_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    newest_at: AwareDatetime | None = None
    frontier: tuple[str, ...] = ()
    compared_until: AwareDatetime | None = None
    backfill: str | None = None


class Sum(Record):
    """An object and its SHA-256 sum."""

    key: Key
    sha256: Sha256
    bytes: Count
    rows: Count | None = None


class Seal(Record):
    """The files of one closed segment of a crawl; a file that no seal names does not count."""

    schema_version: int = SCHEMA_VERSION
    outlet: Name
    run: Name
    segment: Count
    sealed_at: AwareDatetime
    files: tuple[Sum, ...]
    pages: Count
    articles: Count
    rejections: Count


class End(StrEnum):
    """How a poll of an outlet ended."""

    NEW = "new"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"  # a limit closed it; what it fetched is kept
    UNHEALTHY = "unhealthy"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class AnswerLimit(StrEnum):
    """Which limit cut off what an outlet sent: `docs/security.md` has their numbers."""

    PAGE_SIZE = "page-size"  # bytes, headers, elements or attributes of a page
    READING_TIME = "reading-time"  # the reader's time is up, or an earlier crawl died of the bytes
    SOURCE_SIZE = "source-size"  # bytes, tags, values or links of a source, or what it unpacks to


class LimitReached(Record):
    """How often one limit was reached in a crawl, and the first URL of it."""

    limit: AnswerLimit
    count: Count
    example: Shown


class SourceReport(Record):
    """How one source of an outlet answered.

    `understood` says whether its answer proved to be what was expected; None where it was not
    asked, or its answer proves nothing either way. `listed` counts links, `links` those of them
    that are articles of the outlet. `problem` is `findings` in one line.

    `part_of` is the index, or the first page of the list, that it belongs to. `at` is when it
    answered, `answered_at` when it had answered before, None of a first answer. Where an answer
    shares nothing with the one before, `missed_since` is the newest time of that one, and
    `recovered` says whether the same crawl went on in a list until it met what was known. `extent`
    says what was new in it, `compared` how it agrees with the outlet's other sources.
    """

    url: str
    status: int | None
    links: int
    new: int
    overlap: int
    listed: int = 0
    understood: bool | None = None
    findings: tuple[SourceFinding, ...] = ()
    problem: str | None = None
    next_at: AwareDatetime | None = None
    part_of: str | None = None
    at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    extent: Extent | None = None
    missed_since: AwareDatetime | None = None
    recovered: bool | None = None
    compared: SourceComparison | None = None


class RunReport(Record):
    """What one crawl of one outlet did; written last. pages == articles + rejections, always.

    `reached` says whether any host sent a packet back, None where none was asked. Where it is
    false, `unreached` names the addresses that were tried, or the hosts that have none. `fields`
    counts the articles that have each field. `limits` are those that cut off what the outlet sent.
    `retries` counts the requests that were made again, after a failure or at a host's wish.
    """

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
    reached: bool | None = None
    unreached: tuple[str, ...] = ()
    fields: Mapping[str, int] = {}
    limits: tuple[LimitReached, ...] = ()
    retries: int = 0


class Removed(Record):
    """An object that a manifest takes out of the archive, and why."""

    key: Key
    reason: Literal["takedown", "reread", "compaction", "repair"]
    reference: str | None = None


_BACKFILL = "backfill."


class Manifest(Record):
    """One publication: what it adds, what it supersedes, and the hash of the one before.

    PUT with If-None-Match: *.

    `batch` is a digest of the runs taken in, so the same landing always makes the same batch.
    `memory` names the snapshots of the fetch log that it changed, by outlet, `backfills` those of
    backfills; where it adds a checkpoint, and where it is the first, it names those of all outlets.
    `runs` are the landing runs that may be removed once this exists.

    In JSON `backfills` stand in `memory` under `backfill.<outlet>`: so a manifest has the fields of
    version 1, and an older Sillok sees that it is newer instead of calling it damaged.
    """

    schema_version: int = SCHEMA_VERSION
    seq: Annotated[int, Field(ge=1, le=99_999_999)]
    previous: Sha256 | None
    batch: str
    published_at: AwareDatetime
    adds: tuple[Sum, ...]
    removes: tuple[Removed, ...] = ()
    runs: tuple[str, ...] = ()
    memory: Mapping[Name, Sum] = {}
    backfills: Mapping[Name, Sum] = {}
    counts: Mapping[str, Count] = {}
    code_version: str
    lock_sha256: str

    @model_serializer(mode="wrap")
    def _with_fields_of_version_1(
        self, dump: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        fields: dict[str, Any] = dump(self)
        if info.mode == "json":
            states = fields.pop("backfills").items()
            fields["memory"] |= {f"{_BACKFILL}{outlet}": state for outlet, state in states}
        return fields

    @model_validator(mode="before")
    @classmethod
    def _of_fields_of_version_1(cls, fields: Any) -> Any:
        memory = fields.get("memory") if isinstance(fields, dict) else None
        if not isinstance(memory, dict) or "backfills" in fields:
            return fields
        states = {name: state for name, state in memory.items() if name.startswith(_BACKFILL)}
        return fields | {
            "memory": {name: state for name, state in memory.items() if name not in states},
            "backfills": {name.removeprefix(_BACKFILL): states[name] for name in states},
        }

    @property
    def snapshots(self) -> tuple[Sum, ...]:
        """The snapshots that it names: of the fetch log, and of backfills."""
        return (*self.memory.values(), *self.backfills.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """What publishing needs to know of an outlet, given by the caller.

    `title` and `aliases` are what other outlets call it in a credit, `outlet_class` ranks whose text is the
    original, `daily` what a normal day brings (None: no judgement of volume, as for an outlet that
    is no longer declared).
    """

    title: str = ""
    outlet_class: Literal["wire", "publisher", "portal", "aggregator"] = "publisher"
    daily: tuple[int, int] | None = None
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a credit may call the outlet."""
        return tuple(filter(None, (self.title, *self.aliases)))


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

    `left_out` are parts of the fold, and of the articles that it reads, that are missing or damaged:
    what the former held was folded again, those of articles are to be repaired.
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
    left_out: tuple[str, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether nothing was published because nothing was there."""
        return self.batch is None
