"""The patterns that need more than linear time on some text, and why they are never given so much of it.

The check tries each on its attack at the length that stands here, prepared as the text is that
reaches it, and fails where that takes long: so nothing stands here that is not measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from processing.reading.metadata import MAX_META
from spiders.formats.discover import MAX_URL


@dataclass(frozen=True, slots=True)
class Bound:
    """The most characters that a pattern is given; `squeezed` where white space is one blank."""

    characters: int
    why: str
    squeezed: bool = False


_URL = Bound(MAX_URL, "an address; a longer one is left out before")
_VALUE = Bound(MAX_META, "a title, name or value of a page, squeezed and cut", squeezed=True)
_LINE = Bound(20_000, "a line of a page, squeezed", squeezed=True)
_ENGLISH = Bound(400, "a line that may be an English byline, measured before")
_CLOSING = Bound(600, "the beginning or the end of a text to fold, cut before")

BOUNDED: Mapping[str, Bound] = {
    "processing.signing.credits._CLOSINGS": _CLOSING,
    "processing.signing.credits._COPYRIGHT": _CLOSING,
    "processing.signing.credits._MAIL": _CLOSING,
    "processing.signing.credits._DATELINE": _CLOSING,
    "processing.reading.english._SIGNED": _ENGLISH,
    "processing.reading.phrases.RELATED": _LINE,
    "processing.reading.phrases.WITH_CREDIT": _LINE,
    "processing.reading.titles._CUT": _VALUE,
    "processing.reading.titles._PARTS": _VALUE,
    "processing.reading.titles._BROKEN_END": _VALUE,
    "processing.reading.titles._LOOSE_ENDS": _VALUE,
    "processing.reading.bylines._SEPARATOR": _VALUE,
    "processing.reading.bylines.named": Bound(200, "the first characters of a byline"),
    "processing.reading.authors._PORTAL_WORD": _VALUE,
    "processing.reading.authors._STAMP_LABEL": _VALUE,
    "processing.reading.authors._NOTICE_HOST": Bound(500, "the first characters of a notice"),
    "processing.reading.assembly._BETWEEN": Bound(60, "a trail of sections, cut before"),
    "spiders.scouting.looking.site_title": _VALUE,
    "spiders.scouting.prose._STRING": Bound(
        500, "a whole string of a script, which it takes at once"
    ),
}
"""By module and name. An address' pattern (`is_address`) is not listed: all have one bound."""


def bound_of(key: str) -> Bound | None:
    """Return what bounds the text of a pattern; None where nothing does."""
    if (
        key.startswith(("spiders.outlets.", "spiders.families."))
        or key == "processing.urls._TRACKING"
    ):
        return _URL
    return BOUNDED.get(key)
