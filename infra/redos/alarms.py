"""Tries the patterns that recheck does not call safe in Python's own engine.

recheck knows no possessive quantifiers, and gives up on some patterns. So each is tried on recheck's
attack and on ours, which repeats what the pattern itself repeats, behind what leads to it, and ends
with what it cannot match: backtracking then tries every way in which the repetitions can be cut.
What needs more than linear time passes where a bound stands here and every attack of that length is
quick. A pattern that recheck has no verdict on needs a bound or a reason.
Nothing stands here that is not measured at each run.

Imported after `patterns.collect`, which must see every module of ours being imported.
"""

import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from infra.redos.patterns import CollectedPattern
from infra.redos.recheck import Verdict
from infra.redos.translate import c, parser
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
_AGAIN = 3
QUICK = 0.25
"""Processor seconds that an attack may take at the length that bounds a pattern's text."""

Attack = Callable[[int], str]
"""Returns a text of about so many characters."""


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
    "processing.reading.times._PUBLISHED_LABEL": Bound(
        16, "the characters before a time, cut before"
    ),
    "processing.reading.bylines._LIST": Bound(600, "the first characters of a byline"),
    "processing.reading.bylines._THROUGH": Bound(600, "the first characters of a byline"),
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
    "processing.reading.bylines.MAIL": _ENDS_REPEAT,
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
    """Return whether an attack grows with the square, or faster; what looks so is measured again."""
    if _seconds(collected, attack(LONG)) < NOTICED:
        return False
    # The least of several: a busy machine makes one of them long, and none of them short.
    short, long = (
        min(_seconds(collected, attack(length)) for _ in range(_AGAIN)) for length in (SHORT, LONG)
    )
    return long >= MOST or long > max(NOTICED, STEEP * short)


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


_MOST = 60
"""Attacks of our own on one pattern."""
_ENDS = ("\0!", "")
_SAMPLES = {
    c.CATEGORY_DIGIT: "0",
    c.CATEGORY_NOT_DIGIT: "a",
    c.CATEGORY_SPACE: " ",
    c.CATEGORY_NOT_SPACE: "a",
    c.CATEGORY_WORD: "a",
    c.CATEGORY_NOT_WORD: "-",
}
_ORDINARY = "a가0 \t\n.-,\"'<>()[]{}=/\\&@#*\x1b\0"
"""What is tried against a set that leaves characters out."""


def of_recheck(attack: Mapping[str, Any]) -> Attack:
    """Return the attack that recheck describes by prefixes, pumps and a suffix."""
    pumps = attack["pumps"]
    longest = sum(len(part["pump"]) for part in pumps) or 1

    def text(size: int) -> str:
        times = max(1, size // longest)
        grown = "".join(p["prefix"] + p["pump"] * times for p in pumps)
        return f"{grown}{attack['suffix']}"

    return text


def of_ours(pattern: re.Pattern[str]) -> list[Attack]:
    """Return attacks made from the pattern's own repetitions."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    pumps = dict.fromkeys(islice(_pumps(tree, ""), _MOST))
    return [_repeated(prefix, pump, end) for prefix, pump in pumps for end in _ENDS if pump]


def _repeated(prefix: str, pump: str, end: str) -> Attack:
    return lambda size: prefix + pump * max(1, size // len(pump)) + end


def _pumps(nodes: Iterable[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what each repetition repeats, with what leads to it."""
    for operator, value in nodes:
        if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
            for pump in _ways(value[2]):
                yield prefix, pump
                yield "", pump
        for inner in _inside(operator, value):
            yield from _pumps(inner, prefix)
        prefix += _sample([(operator, value)])


def _inside(operator: Any, value: Any) -> list[Any]:
    """Return the sequences that stand inside of a node."""
    if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
        return [value[2]]
    if operator is c.SUBPATTERN:
        return [value[3]]
    if operator is c.BRANCH:
        return list(value[1])
    if operator is c.ATOMIC_GROUP:
        return [value]
    return [value[1]] if operator in {c.ASSERT, c.ASSERT_NOT} else []


def _ways(nodes: Any) -> Iterator[str]:
    """Yield a text for each alternative of a sequence that is one choice, else one for the whole."""
    listed = list(nodes)
    if len(listed) == 1 and listed[0][0] is c.BRANCH:
        for alternative in listed[0][1][1]:
            yield from _ways(alternative)
        return
    if len(listed) == 1 and listed[0][0] is c.SUBPATTERN:
        yield from _ways(listed[0][1][3])
        return
    yield _sample(listed)
    yield _sample(listed, shortest=True)


def _sample(nodes: Any, *, shortest: bool = False) -> str:
    """Return a text that a sequence matches, for all but the rarest."""
    return "".join(_sampled(operator, value, shortest=shortest) for operator, value in nodes)


def _sampled(operator: Any, value: Any, *, shortest: bool) -> str:
    if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
        low, high, inner = value
        times = int(low if shortest else min(max(low, 1), high))
        return _sample(inner, shortest=shortest) * times
    if operator in _ONE:
        return _ONE[operator](value)
    if operator in {c.ASSERT, c.ASSERT_NOT}:
        return ""
    inside = _inside(operator, value)
    return _sample(inside[0], shortest=shortest) if inside else ""


def _member(members: Any) -> str:
    if members[0][0] is c.NEGATE:
        pattern = re.compile(f"[{''.join(map(re.escape, _ORDINARY))}]")
        left_out = {
            sign for sign in _ORDINARY if any(_holds(member, sign) for member in members[1:])
        }
        return next(
            (sign for sign in _ORDINARY if pattern.match(sign) and sign not in left_out), ""
        )
    operator, value = members[-1]
    if operator is c.CATEGORY:
        return _SAMPLES.get(value, "a")
    return chr(value if operator is c.LITERAL else value[0])


def _holds(member: Any, sign: str) -> bool:
    operator, value = member
    if operator is c.LITERAL:
        return ord(sign) == int(value)
    if operator is c.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return _SAMPLES.get(value) == sign


_ONE: Mapping[Any, Callable[[Any], str]] = {
    c.LITERAL: chr,
    c.NOT_LITERAL: lambda value: next(sign for sign in _ORDINARY if ord(sign) != value),
    c.IN: _member,
    c.ANY: lambda _: "a",
}
