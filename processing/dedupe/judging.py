"""match, second half: every candidate is decided on its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from processing.dedupe.alignment import Alignment, align
from processing.dedupe.chains import REACH, Mark, earlier_state, follows, mark_of
from processing.dedupe.documents import FoldOptions, Thresholds
from processing.dedupe.shingles import Hashes, common, shingles
from processing.dedupe.signing import kept_text, redraft
from processing.dedupe.templates import are_notices, names_exchanged, numbers_exchanged


@dataclass(frozen=True, slots=True)
class Text:
    """What judging needs to know of a document."""

    number: int
    article_id: str
    outlet: str
    title: str
    mark: Mark
    seen: datetime | None
    text: str
    shingles: Hashes
    facts: frozenset[str]
    day: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two documents are linked, how alike they are, and why."""

    link: str
    jaccard: float = 0.0
    containment: float = 0.0
    evidence: str = ""
    span: tuple[int, int] = (0, 0)


_RETITLED: Final = 0.9
_IDENTICAL: Final = 0.999
_TITLED: Final = 10
"""Characters of a title that says what the report is about; shorter ones head columns and pictures."""
NONE: Final = Verdict("none")


def text_of(row: Mapping[str, object], options: FoldOptions) -> Text:
    """Return the text of a row of `sig`, without its boilerplate."""
    made = redraft(row, options.features)
    dropped = frozenset(cast("list[int]", row["dropped"]))
    text = kept_text(made.lines, made.hashes, dropped)
    facts = str(row["facts"]).split("\n") if made.lines else []
    said = (fact for line, mark in zip(facts, made.hashes, strict=True) if mark not in dropped for fact in line.split())
    return Text(
        number=cast("int", row["number"]),
        article_id=str(row["article_id"]),
        outlet=str(row["outlet"]),
        title=str(row["title"]),
        mark=mark_of(str(row["title"])),
        seen=cast("datetime | None", row["published_at"] or row["fetched_at"]),
        text=text,
        shingles=shingles(text, options.features.shingle),
        facts=frozenset(said),
        day=cast("date", row["day"]),
    )


def overlap(left: Hashes, right: Hashes) -> tuple[float, float]:
    """Return Jaccard similarity and the containment of the smaller set, of sorted distinct hashes."""
    shared = common(left, right)
    return shared / max(1, left.size + right.size - shared), shared / max(1, min(left.size, right.size))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, the smaller first whatever order they came in, and how alike they are."""

    small: Text
    large: Text
    jaccard: float
    containment: float

    @property
    def one_outlet(self) -> bool:
        return bool(self.small.outlet) and self.small.outlet == self.large.outlet

    @property
    def retold(self) -> bool:
        """Whether one outlet published both under one title within half a day: a report that it wrote anew."""
        left, right = self.small, self.large
        titled = len(left.mark.stem) >= _TITLED and left.mark == right.mark
        near = left.seen is not None and right.seen is not None and abs(left.seen - right.seen) <= REACH
        return self.one_outlet and titled and near

    def verdict(self, link: str, evidence: str, span: tuple[int, int] = (0, 0)) -> Verdict:
        return Verdict(link, self.jaccard, self.containment, evidence, span)


def judge(left: Text, right: Text, options: FoldOptions) -> Verdict:
    """Decide a pair. It does not matter which comes first."""
    small, large = sorted((left, right), key=lambda each: (len(each.text), each.text, each.number))
    alone = 2 * len(small.text) >= options.features.shortest or small.title == large.title
    if small.text == large.text and small.text and alone:
        return Verdict("same", 1.0, 1.0, "same text")
    pair = Pair(small, large, *overlap(small.shingles, large.shingles))
    if small.article_id == large.article_id:
        return pair.verdict("same", "same article")
    verdict = NONE
    if len(small.text) >= options.features.shortest and pair.containment >= options.thresholds.derivative:
        verdict = _compared(pair, options)
    times = (small.seen, large.seen)
    if verdict is NONE and pair.one_outlet and follows(small.mark, large.mark, times, pair.containment):
        return pair.verdict("followup", "title marks")
    return verdict


def _compared(pair: Pair, options: FoldOptions) -> Verdict:
    limits = options.thresholds
    alignment = align(pair.small.text, pair.large.text)
    if limits.veto and pair.jaccard < _IDENTICAL and (why := _template(pair, alignment, options)):
        return pair.verdict("series", why) if pair.one_outlet else NONE
    reworded = _reworded(pair, alignment, limits)
    if pair.containment < limits.copy:
        updated = pair.retold and not reworded
        return pair.verdict("same", "one report, updated") if updated else pair.verdict("derivative", "shared passages")
    if reworded:
        return pair.verdict("derivative", "reworded throughout")
    return _alike(pair, alignment, limits)


def _reworded(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    broken = 100 * alignment.breaks / len(pair.small.text)
    if broken <= (limits.breaks if pair.containment < limits.faithful else 2.5 * limits.breaks):
        return False
    return alignment.stretch < limits.stretch or are_notices(pair.small.title, pair.large.title)


def _alike(pair: Pair, alignment: Alignment, limits: Thresholds) -> Verdict:
    link = "same" if pair.jaccard >= limits.same else "part"
    share = len(pair.small.text) / len(pair.large.text)
    if pair.jaccard < _RETITLED and earlier_state(pair.small.mark, pair.large.mark, share):
        if pair.one_outlet:
            return pair.verdict("followup", "title marks; the later state holds it")
        if link == "part":
            return pair.verdict("derivative", "an earlier state of a running report")
    return pair.verdict(link, "same wording", alignment.span)


def _template(pair: Pair, alignment: Alignment, options: FoldOptions) -> str:
    """Return why two texts are fillings of one template, or an empty string."""
    if numbers_exchanged(alignment, pair.small.facts, pair.large.facts, options.thresholds):
        return "a template: numbers exchanged in place"
    if names_exchanged(alignment, (pair.small.title, pair.large.title), same_outlet=pair.one_outlet):
        return "a template: names exchanged in place"
    return ""
