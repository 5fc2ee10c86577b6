"""A second, independent reading where cheap signals doubt the first: Trafilatura on the whole page.

The signals compare the text with what the page tells as a whole, what it declares of itself and how its lines look.
They cost a few searches in strings; the second reading costs twice the first and runs on few pages. Where both agree
the article is sure; where they differ the better founded one is taken and the article says that it is doubtful.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from processing.reading import metadata
from processing.reading.asides import is_legal
from processing.reading.body import BodyPlace
from processing.reading.headlines import shared
from processing.reading.lines import is_sentence
from processing.reading.listing import listing_in
from processing.reading.metadata import Head
from processing.reading.tree import bare, squeeze, text_of
from processing.records import Confidence, Doubt

_HALF, _FEW = 0.5, 0.7
_BEGINNING = 16  # letters of a description by which it is found
_DECLARED_LEAST = 200
_SHORT, _MORE = 150, 2.0
_FRAGMENTS, _FEWEST_LINES = 0.5, 4
_GRAM = 8
_AGREED = 0.85
_LITTLE = frozenset({Doubt.SHORT, Doubt.MARKS})
_FEWEST_WORDS = 4
_LEAST, _MUCH = 100, 1.4


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a first reading: its running text, what was handed out of it, and its headline."""

    title: str
    text: str
    handed_out: Sequence[str]
    place: BodyPlace | None
    from_script: bool


def doubts(root: HtmlElement, head: Head, first: Checked) -> tuple[Doubt, ...]:
    """Return the signals that speak against a reading, in the order of the closed list."""
    if not first.text:
        return (Doubt.EMPTY,)
    signals = {*_of_place(first), *_of_lines(first), *_of_declarations(root, head, first)}
    return tuple(one for one in Doubt if one in signals)


def _of_place(first: Checked) -> Iterator[Doubt]:
    """Yield what the place of a text on its page says against it."""
    place, length = first.place, len(first.text)
    if place is None or first.from_script:
        return
    if place.overruled:
        yield Doubt.MARKS
    if length + sum(map(len, first.handed_out)) < _HALF * place.whole:
        yield Doubt.SHARE
    if length < _SHORT and place.whole > _MORE * length:
        yield Doubt.SHORT
    if listing_in(place.element, first.text):
        yield Doubt.LISTED


def _of_lines(first: Checked) -> Iterator[Doubt]:
    """Yield what the lines of a text say against it."""
    lines = first.text.split("\n\n")
    fragments = sum(len(line) for line in lines if not is_sentence(line))
    if len(lines) >= _FEWEST_LINES and fragments > _FRAGMENTS * len(first.text):
        yield Doubt.FRAGMENTS
    if len(first.title.split()) >= _FEWEST_WORDS and not shared(first.title, bare(first.text)):
        yield Doubt.HEADLINE


def _of_declarations(root: HtmlElement, head: Head, first: Checked) -> Iterator[Doubt]:
    """Yield what the page declares against a text: the beginning of its description, the length of its body."""
    description = head.first("og:description", "description", "twitter:description") or ""
    # A deck repeated as the description has no full stop and need not stand in the text.
    says = bare(description) if is_sentence(description) else ""
    starts = (0, 2 * _BEGINNING)
    parts = [
        says[start : start + _BEGINNING] for start in starts if len(says) >= start + _BEGINNING
    ]
    told = bare(" ".join((first.text, *first.handed_out, first.title))) if parts else ""
    if parts and not any(part in told for part in parts):
        page = bare(text_of(root))
        if any(part in page for part in parts):
            yield Doubt.DESCRIPTION
    declared = squeeze(metadata.text(head.article.get("articleBody")))
    if len(declared) >= _DECLARED_LEAST and not _FEW < len(first.text) / len(declared) < 1 / _FEW:
        yield Doubt.DECLARED


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which reading is taken, and whether the article is sure; `lines` are those of the second where that is."""

    doubts: tuple[Doubt, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def confidence(self) -> Confidence:
        """Return whether the article is sure."""
        return Confidence.DOUBTFUL if self.doubts else Confidence.SURE


def weigh(page: str, head: Head, first: Checked, found: tuple[Doubt, ...]) -> Verdict:
    """Read a doubted page again, from its characters, and say which reading is better founded.

    The second is taken where the first has no text, lacks what the page says of itself, or is a part of the second.
    """
    known = {bare(line) for line in first.handed_out}
    lines = [line for line in read_again(page) if bare(line) not in known]
    text = "\n".join(lines)
    if agrees(first.text, text):
        return Verdict(tuple(one for one in found if one is Doubt.LISTED))
    reasons = (*found, Doubt.SECOND)
    ours, theirs = len(first.text), sum(len(line) for line in lines if is_sentence(line))
    if theirs < _LEAST or is_legal(text):
        return Verdict(reasons)
    says = bare(head.first("og:description", "description", "twitter:description") or "")[
        :_BEGINNING
    ]
    shared_part = _part_of(first.text, text)
    better = (
        not ours
        or (
            Doubt.DESCRIPTION in found
            and len(says) == _BEGINNING
            and says in bare(text)
            and (shared_part < _HALF or Doubt.SHARE in found)
        )
        or (theirs > _MUCH * ours and shared_part >= _FEW and not _LITTLE.isdisjoint(found))
    )
    return Verdict(reasons, tuple(lines) if better else ())


def _part_of(one: str, other: str) -> float:
    """Return the share of one text that stands in another."""
    ours, theirs = _grams(one), _grams(other)
    return sum((ours & theirs).values()) / max(1, sum(ours.values()))


def read_again(text: str) -> list[str]:
    """Return the paragraphs that Trafilatura reads from the characters of a whole page."""
    document = bare_extraction(text, with_metadata=False, include_comments=False)
    if not isinstance(document, Document) or not document.text:
        return []
    return [line for raw in document.text.split("\n") if (line := squeeze(raw))]


def agreement(one: str, other: str) -> float:
    """Return how much of two texts is the same: F1 of 8-grams of letters, 0 to 1."""
    ours, theirs = _grams(one), _grams(other)
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def agrees(one: str, other: str) -> bool:
    """Say whether two readings are one text."""
    return agreement(one, other) >= _AGREED


def _grams(text: str) -> Counter[str]:
    plain = bare(text)
    return Counter(plain[index : index + _GRAM] for index in range(max(1, len(plain) - _GRAM + 1)))
