"""The base class of all records, and those of one page and of what was read from it.

A record is frozen, strict about its fields, and of one schema version. Beside it stand the types of
fields that become paths or counts, and escapes for text and JSON that a person looks at in a
terminal.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

SCHEMA_VERSION = 2
"""Version of every record of this package; a reader refuses a higher one."""


class Record(BaseModel):
    """A frozen record that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def evolve(self, **values: Any) -> Self:
        """Return a copy with other values in some fields.

        Raises pydantic.ValidationError for a field that does not exist or a value that does not
        fit; pydantic's own `model_copy(update=…)` takes both without a word.
        """
        return type(self)(**(dict(self) | values))


KEY = r"^[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*$"
"""What an object of an archive may be called: a relative ASCII path without dot segments."""
LONGEST_KEY = 900
"""Characters of a key: S3 allows 1024, and the prefix of the store counts."""

# Manifests, seals and reports may be somebody else's: what becomes a path must not lead elsewhere,
# and what is counted must be a count.
Key = Annotated[str, Field(pattern=KEY, max_length=LONGEST_KEY)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$", max_length=200)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


def shown(text: str) -> str:
    """Return text from outside with escapes for what controls a terminal or text direction."""
    return _STEERING.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)


Shown = Annotated[str, AfterValidator(shown)]


def fault(error: ValidationError) -> str:
    """Return in one line the first fault of a record, and how many more there are."""
    first, *more = error.errors(include_input=False, include_url=False)
    where = ".".join(map(str, first["loc"]))
    others = f" and {len(more)} more" if more else ""
    return f"{f'{where}: ' if where else ''}{first['msg']}{others}"[:300]


_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""C1 controls (ECMA-48), marks of direction (Unicode UAX #9), separators, lone surrogates.

Characters below a blank are escaped by JSON itself.
"""


def escaped(document: str) -> str:
    """Return an equal JSON document with escapes for what a terminal could act on."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


_STEERING = re.compile(rf"[\x00-\x08\x0b-\x1f]|{_UNSAFE.pattern}")
"""The same and C0 controls, except tab and line feed; in JSON these are escapes already."""
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    # OSC, DCS, SOS, PM and APC strings
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]?"  # every shorter one
)
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def clean(text: str) -> str:
    """Return `text` as one line that prints as itself: no escape sequence, control or direction mark survives."""
    return _STEERING.sub("", _BREAKS.sub(" ", _ESCAPES.sub("", text)))


def clean_block(text: str) -> str:
    """Return `text` made harmless line by line; line feeds stay."""
    return "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n"))


def article_id(url: str) -> str:
    """Return the id of an article: the first 16 hex digits of SHA-256 of its canonical URL."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def version_id(article: str, title: str, text: str) -> str:
    """Return the id of a version: the article's id, a dash, 12 hex digits of a hash.

    The hash is SHA-256 of title, line feed and text in UTF-8.
    """
    # Title and text alone: another picture or time of change makes no new version.
    digest = hashlib.sha256(f"{title}\n{text}".encode())
    return f"{article}-{digest.hexdigest()[:12]}"


# No `Record`: it never leaves the process, and its bytes need no check.
@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A response as it came, content coding removed, characters not yet decoded.

    `headers` keep their order and case; `outlet` is a name of the registry or "" for a page read by
    hand.
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
        """Return the first header of that name in any case (RFC 9110 section 5.1), or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


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
    """Why a fetched page is not an article: a closed list, each a column of the report."""

    NOT_ARTICLE = "not-article"
    LIST_PAGE = "list-page"
    ERROR_PAGE = "error-page"  # says "not found" with status 200
    BLOCKED = "blocked"  # block, consent or challenge page
    LOGIN = "login"
    EMPTY = "empty"
    NOT_KOREAN = "not-korean"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"  # undecodable, broken, or the reader ran out of time or memory


class Confidence(StrEnum):
    """Whether what can be checked at little cost agrees with a reading."""

    SURE = "sure"
    DOUBTFUL = "doubtful"


class Doubt(StrEnum):
    """Why a reading is doubtful; a closed list."""

    # All sentences of the page stood in elements that class or id call something else.
    MARKS = "marks-overruled"
    SHARE = "small-share"  # the text is less than half of what the page tells
    DESCRIPTION = (
        "description-elsewhere"  # what the page says of itself stands on it, and not in the text
    )
    DECLARED = "declared-body-differs"  # the page declares a body of another length
    SHORT = "short"  # little text on a page that tells more
    FRAGMENTS = "fragments"  # many lines of the text are no sentences
    LISTED = "list-like"  # most of the text stands in items with headlines of their own
    DROPPED = "much-dropped"  # rules took much out of the text's own place
    # A good part of the text stands before or after the column that holds most of it.
    STREWN = "several-columns"
    HEADLINE = "headline-unlike"  # hardly a word of the headline stands in the text
    EMPTY = "no-body"  # the first reading found no text
    SECOND = "second-reading-differs"  # Trafilatura on the whole page reads something else


class Dropped(Record):
    """How many lines of the body one rule dropped; their text is not stored."""

    rule: str
    count: int


class Detail(Record):
    """A labelled row of a public board (등록부서, 담당, 연락처 …)."""

    label: str
    value: str


class Author(Record):
    """A person named in the byline; a desk's address is not a person."""

    name: str
    role: str | None = None
    email: str | None = None


class Origin(Record):
    """The outlet and address of the original that a portal or an aggregator copied."""

    outlet: str | None = None
    url: str | None = None


class Rights(Record):
    """What the page and its host say about use, and what our policy made of it.

    `exportable` is False where `noarchive` or a TDM reservation is obeyed; `why` then names the
    mark.
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
    """A moment that a page states, where it was read, and how precise it is.

    `zone_assumed` says that the page gives no offset (or a wrong one), and Seoul was assumed.
    """

    at: AwareDatetime
    source: Literal["meta", "json-ld", "text", "script", "feed", "sitemap", "url"]
    precision: Literal["second", "minute", "day"] = "second"
    zone_assumed: bool = False


class Article(Record):
    """What was read from one page: one version of one article.

    `url` is the canonical URL and gives `article_id`; `text` is paragraphs joined by a blank line.
    `sources` says for each field where it was read ("json-ld", "og", "meta", "rules", "text", ...).
    `notices` are rights and premium lines that were taken out of the text. `reading_confidence` is
    None where a reader did not judge it yet; `dropped` counts what fell by rule
    (`processing.reading.asides`); `extractor` is "trafilatura" on the narrowed body or
    "trafilatura-page" on the whole page.
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
    reading_confidence: Confidence | None = None
    reading_reasons: tuple[Doubt, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    details: tuple[Detail, ...] = ()
    sources: Mapping[str, str] = {}


class Rejection(Record):
    """A fetched page that is not an article, with a reason and the evidence for it."""

    schema_version: int = SCHEMA_VERSION
    outlet: str
    url: str
    fetched_at: AwareDatetime
    reason: Reason
    evidence: Shown
