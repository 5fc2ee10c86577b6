"""Tries the patterns that recheck does not call safe in Python's own engine.

recheck knows no possessive quantifiers, and gives up on some patterns. So each is tried on recheck's
attack and on ours. What needs more than linear time passes where a bound stands here and every
attack of that length is quick. A pattern that recheck has no verdict on needs a bound or a reason.
Nothing stands here that is not measured at each run.

Imported after `patterns.collect`, which must see every module of ours being imported.
"""

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from infra.redos.attacks import Attack, of_ours, of_recheck
from infra.redos.patterns import CollectedPattern
from infra.redos.recheck import Verdict
from processing.reading import lines, phrases
from processing.reading.metadata import MAX_META
from processing.reading.tree import squeeze
from spiders.outlet import MAX_URL

SHORT, LONG = 2_000, 8_000
"""Characters of an attack, four times as many the second time."""
STEEP = 8.0
"""How much longer the long one may take: 4 is linear, 16 quadratic."""
NOTICED = 0.02
"""Processor seconds of the long attack below which the growth is not looked at."""
MOST = 1.5
"""Processor seconds after which an attack is broken off: it is steep."""
QUICK = 0.25
"""Processor seconds that an attack may take at the length that bounds a pattern's text."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The most characters that a pattern is given; `squeezed` where white space is one blank."""

    characters: int
    why: str
    squeezed: bool = False


_URL = Bound(MAX_URL, "an address; a longer one is left out before")
_VALUE = Bound(MAX_META, "a title, name or value of a page, squeezed and cut", squeezed=True)
_BOILERPLATE = Bound(
    lines.LONGEST_BOILERPLATE, "a line that may be boilerplate, measured before", squeezed=True
)
_CAPTION = Bound(
    lines.LONGEST_CAPTION, "a line that may be a caption, measured before", squeezed=True
)
_CREDIT = Bound(lines.LONGEST_CREDIT, "the end of a line, cut before", squeezed=True)
_ENGLISH = Bound(400, "a line that may be an English byline, measured before")
_CLOSING = Bound(600, "the beginning or the end of a text to fold, cut before")
_OF_LINES = {id(pattern) for _, pattern in lines.WHOLE}

BOUNDED: Mapping[str, Bound] = {
    **{
        f"{phrases.__name__}.{name}": _BOILERPLATE
        for name, pattern in vars(phrases).items()
        if id(pattern) in _OF_LINES
    },
    "processing.signing.credits._CLOSINGS": _CLOSING,
    "processing.signing.credits._COPYRIGHT": _CLOSING,
    "processing.signing.credits._MAIL": _CLOSING,
    "processing.signing.credits._DATELINE": _CLOSING,
    "processing.reading.english._SIGNED": _ENGLISH,
    "processing.reading.phrases.WITH_CREDIT": _CREDIT,
    "processing.reading.judgement._FEED": Bound(3000, "the beginning of a page, cut before"),
    "processing.reading.phrases.PHOTO": _CAPTION,
    "processing.reading.titles._CUT": _VALUE,
    "processing.reading.titles._GENERAL": _VALUE,
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

_ENDS_REPEAT = "every repetition has a most, so a start costs no more on a longer text"
_ONE_BEGINNING = "what repeats stands behind words of its own, so no text belongs to two starts"
REASONS: Mapping[str, str] = {
    "processing.reading.asides._LEGAL": _ONE_BEGINNING,
    "processing.reading.authors._STAMPED": "tried at the start of a line alone, one repetition open",
    "processing.reading.body._OBITUARY": _ENDS_REPEAT,
    "processing.reading.bylines._GUEST": _ENDS_REPEAT,
    "processing.reading.english._CAPTION": _ENDS_REPEAT,
    "processing.reading.english._MAIL": _ENDS_REPEAT,
    "processing.reading.markup._JUNK": "a start needs a blank, `-` or `_`, and each of them ends it",
    "processing.reading.markup._SMALL": _ONE_BEGINNING,
    "processing.reading.rights._CC": _ONE_BEGINNING,
    "processing.reading.titles._LARGE": _ONE_BEGINNING,
    "processing.signing.marks._SAID": _ONE_BEGINNING,
    "spiders.formats.repair._ATTRIBUTE": "possessive, and a name has at most 60 characters",
    "spiders.scouting.looking._BOARD": _ENDS_REPEAT,
}
"""Why a pattern is linear that recheck does not finish and nothing bounds; by module and name."""


def bound_of(key: str) -> Bound | None:
    """Return what bounds the text of a pattern; None where nothing does."""
    if (
        key.startswith(("spiders.outlets.", "spiders.families."))
        or key == "processing.urls._TRACKING"
    ):
        return _URL
    return BOUNDED.get(key)


class _AttackTooLongError(BaseException):
    """An attack took more than `MOST`."""


@dataclass(frozen=True, slots=True)
class TriedPattern:
    """What became of an alarm: processor seconds of the worst attack, the outcome, if it is real."""

    key: str
    source: str
    seconds: float
    outcome: str
    fault: bool


def tried(collected: CollectedPattern, verdict: Verdict) -> TriedPattern:
    """Try a pattern that recheck does not call safe on every attack there is."""
    attacks = [
        *([of_recheck(verdict.attack)] if verdict.attack else ()),
        *of_ours(collected.pattern),
    ]
    bound = bound_of(collected.key)
    if bound:
        return _within(collected, attacks, bound)
    steep = next((attack for attack in attacks if _is_steep(collected, attack)), None)
    if steep:
        seconds = _seconds(collected, steep(LONG))
        text = f"slow on {steep(12)!r}…, and nothing bounds its text"
        return TriedPattern(collected.key, collected.pattern.pattern, seconds, text, fault=True)
    reason = REASONS.get(collected.key)
    if verdict.status == "vulnerable":
        reason = "recheck's attack is quick in Python's engine"
    outcome = reason or "recheck did not finish; name a bound or a reason in infra.redos.alarms"
    return TriedPattern(
        collected.key, collected.pattern.pattern, 0.0, outcome, fault=reason is None
    )


def _within(collected: CollectedPattern, attacks: list[Attack], bound: Bound) -> TriedPattern:
    """Try all attacks at the length that bounds the pattern's text."""
    texts = [attack(bound.characters)[: bound.characters] for attack in attacks]
    if bound.squeezed:
        texts = [squeeze(text) for text in texts]
    seconds = max((_seconds(collected, text) for text in texts), default=0.0)
    outcome = f"at most {bound.characters} characters: {bound.why}"
    is_slow = seconds > QUICK
    return TriedPattern(collected.key, collected.pattern.pattern, seconds, outcome, fault=is_slow)


def _is_steep(collected: CollectedPattern, attack: Attack) -> bool:
    long = _seconds(collected, attack(LONG))
    return long >= NOTICED and (long >= MOST or long > STEEP * _seconds(collected, attack(SHORT)))


def _seconds(collected: CollectedPattern, text: str) -> float:
    """Return the processor time that a pattern needs for a text, at most `MOST`."""
    apply = getattr(collected.pattern, _method(collected))
    with _limited(MOST) as start:
        try:
            apply(text)
        except _AttackTooLongError:
            return MOST
    return time.process_time() - start


def _method(collected: CollectedPattern) -> str:
    if collected.anchored:
        return "fullmatch" if collected.methods == {"fullmatch"} else "match"
    return "search"


@contextmanager
def _limited(seconds: float) -> Iterator[float]:
    """Raise _AttackTooLongError after so much processor time: Python's engine looks for signals."""

    def strike(*_: object) -> None:
        raise _AttackTooLongError

    before = signal.signal(signal.SIGVTALRM, strike)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield time.process_time()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
