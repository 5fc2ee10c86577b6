"""Counts what a document from outside holds before it is parsed, so that no parser is given more than it can bear.

Measured with libxml2 2.14 and lxml 6.1: parsing is linear in everything but the attributes of one HTML element, where
it is quadratic (40,000 take 2 s, the 1.4 million of a 12 MB page half an hour, all of it inside C). A tree takes some
130 bytes of memory an element, a JSON value some 60, where a document spends two or four bytes on either.
"""

import gzip
import html
import io
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from processing.errors import CorruptRecordError

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ATTRIBUTES = 2000
"""Attributes of one HTML element; the largest of the kept pages has 29."""
MAX_TAGS = 2_000_000
"""`<` in one XML document: a sitemap of 50,000 pages (the protocol's limit) with all that Google News adds has 1.2
million."""
MAX_VALUES = 1_000_000
"""Values of one JSON document.

A page of 100 WordPress posts has 20,000 and up to 100,000 commas in its texts.
"""

_NO_CHARACTER = re.compile(r"&#(?:[0-9]{11,}|[xX][0-9a-fA-F]{9,});?")
_SMALL = 64 << 10
"""Bytes of HTML below which its attributes are not counted: they take less than .3 s however they are spread."""
_BEFORE_NAMES = b" \t\n\v\f\r/\"'"  # characters behind which the name of an attribute may stand
_PIECE = 16 << 10  # bytes that are split into words at once
_FEW_NAMES, _LARGE = 16_000, 1 << 20
"""Attributes that take less than .3 s in one element; bytes of HTML above which they are not estimated first."""


class ExcessError(ValueError):
    """A document holds more than a parser is given; the message says more than what."""


def check_html(body: bytes, *, elements: int) -> None:
    """Raise ExcessError where a page in UTF-8 has more than `elements`, or an element with more than `MAX_ATTRIBUTES`.

    Attributes are counted where one element may have so many that they cost time. libxml2's own tokenizer counts,
    without making a tree, and it stops there: a scan of ours could be led astray by quotes and comments that the parser
    takes for something else.
    """
    if len(body) > _SMALL and (body.count(b"<") > elements or most_attributes(body) > _FEW_NAMES):
        # Loaded with the first page: a poll that finds nothing new parses none.
        from lxml import etree  # noqa: PLC0415

        parser = etree.HTMLParser(
            target=_Counter(elements),  # type: ignore[arg-type]  # lxml takes a target without the other methods
            encoding="utf-8",
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        etree.fromstring(body, parser)


def most_attributes(body: bytes) -> int:
    """Return a number of attributes that no element of a page can have more than.

    The name of each stands behind white space, a slash or the second of two quotation marks (HTML §13.2.5.32), so that
    counting those costs a quarter of what the tokenizer does. Pages above a megabyte are not looked at.
    """
    if len(body) > _LARGE:
        return len(body)
    # All such characters are counted at once first; only of pages that are indented far are they too many.
    if (before := len(body) - len(body.translate(None, _BEFORE_NAMES))) < _FEW_NAMES:
        return before
    # In pieces: all words of a page at once take three times its memory.
    pieces = (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
    words = sum(len(piece.split()) for piece in pieces)
    return words + body.count(b"/") + body.count(b'"') // 2 + body.count(b"'") // 2


class _Counter:
    """Target of a parser: it is handed each start tag and keeps nothing."""

    def __init__(self, elements: int) -> None:
        self._left = elements
        self._most = elements

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0:
            raise ExcessError(f"more than {self._most} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise ExcessError(f"<{tag[:20]}> has more than {MAX_ATTRIBUTES} attributes")

    def close(self) -> None:
        """Return nothing: the parser insists on this method."""


def check_xml(data: bytes) -> None:
    """Raise ExcessError where an XML document has more than `MAX_TAGS`."""
    if data.count(b"<") > MAX_TAGS:
        raise ExcessError(f"more than {MAX_TAGS} tags")


def check_json(text: str | bytes) -> None:
    """Raise ExcessError where a JSON document has more than `MAX_VALUES`.

    Separators inside of strings count too.
    """
    if isinstance(text, bytes):
        values = text.count(b",") + text.count(b"[") + text.count(b"{")
    else:
        values = text.count(",") + text.count("[") + text.count("{")
    if values > MAX_VALUES:
        raise ExcessError(f"more than {MAX_VALUES} values")


def unpack(data: bytes, *, most: int) -> bytes:
    """Undo gzip, of one member or several.

    Raises ValueError where it is damaged or unpacks to more than `most`.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"broken gzip: {error}") from error
    if len(plain) > most:
        raise ExcessError(f"unpacks to more than {most} bytes")
    return plain


def unescape(text: str) -> str:
    """Undo the character references of HTML.

    One of too many digits to be a character is U+FFFD (HTML §13.2.5.80).

    `html.unescape` raises on more digits than Python turns into a number.
    """
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def check_strings(rows: "pa.Table | pa.RecordBatch") -> None:
    """Raise CorruptRecordError where a column of strings holds bytes that are no UTF-8.

    Parquet may hold them and Arrow reads them; only the first value that becomes a `str` would
    raise, as UnicodeDecodeError somewhere else.
    """
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        try:
            # The stubs give the columns of a batch and of a table no common method.
            column.validate(full=True)  # type: ignore[attr-defined]
        # Of pyarrow, which is not loaded for this: ArrowInvalid is a ValueError.
        except ValueError as error:
            first = str(error).partition("\n")[0]
            raise CorruptRecordError(
                f"column {name[:100]!r} does not hold what its type says ({first}):"
                " write the table anew or restore it from a copy"
            ) from error


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON document from outside.

    Raise ValueError where it is none, too deep or too large.
    """
    check_json(text)
    # RFC 8259 §8.1: a byte order mark may be ignored. `json` does so for bytes only.
    text = text.removeprefix("\ufeff") if isinstance(text, str) else text
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
