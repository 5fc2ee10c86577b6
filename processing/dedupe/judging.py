"""match, second half: every candidate is decided on its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

import numpy as np
import pyarrow as pa

from processing.dedupe.alignment import Alignment, align
from processing.dedupe.chains import Mark, follows, mark_of
from processing.dedupe.documents import FoldOptions
from processing.dedupe.shingles import Hashes, shingles
from processing.dedupe.signing import kept_text, redraft
from processing.dedupe.templates import exchanged_numbers

EDGES = pa.schema(
    [
        ("a", pa.int64()),
        ("b", pa.int64()),
        ("link", pa.string()),  # same, part, derivative, series, followup; none: judged and not linked
        ("jaccard", pa.float32()),
        ("containment", pa.float32()),
        ("begins", pa.int32()),  # of a part: where the larger text holds it, in canonical characters
        ("ends", pa.int32()),
        ("evidence", pa.string()),
        ("day_a", pa.date32()),
        ("day_b", pa.date32()),
        ("day", pa.date32()),  # the later of the two
    ]
)


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
    common = np.intersect1d(left, right, assume_unique=True).size
    return common / max(1, left.size + right.size - common), common / max(1, min(left.size, right.size))


def judge(left: Text, right: Text, options: FoldOptions) -> Verdict:
    """Decide a pair. It does not matter which comes first."""
    short = min(len(left.text), len(right.text))
    if left.text == right.text and short and (2 * short >= options.features.shortest or left.title == right.title):
        return Verdict("same", 1.0, 1.0, "same text")
    jaccard, containment = overlap(left.shingles, right.shingles) if short else (0.0, 0.0)
    if left.article_id == right.article_id:
        return Verdict("same", jaccard, containment, "same article")
    if short >= options.features.shortest:
        verdict = _compare(left, right, jaccard, containment, options)
        if verdict.link != "none":
            return verdict
    if (
        left.outlet == right.outlet
        and left.outlet
        and follows(left.mark, right.mark, (left.seen, right.seen), containment)
    ):
        return Verdict("followup", jaccard, containment, "title marks")
    return NONE


def _compare(left: Text, right: Text, jaccard: float, containment: float, options: FoldOptions) -> Verdict:
    limits = options.thresholds
    if containment < limits.derivative:
        return NONE
    small, large = sorted((left, right), key=lambda each: (len(each.text), each.text))
    alignment = align(small.text, large.text)
    if limits.veto and jaccard < 0.999 and (why := template(small, large, alignment, options)):  # noqa: PLR2004 - rounding
        link = "series" if left.outlet == right.outlet and left.outlet else "none"
        return Verdict(link, jaccard, containment, why)
    if containment < limits.copy:
        return Verdict("derivative", jaccard, containment, "shared passages")
    link = "same" if jaccard >= limits.same else "part"
    return Verdict(link, jaccard, containment, "same wording", alignment.span)


def template(small: Text, large: Text, alignment: Alignment, options: FoldOptions) -> str:
    """Return why two texts are fillings of one template, or an empty string."""
    if exchanged_numbers(alignment, small.facts, large.facts, options.thresholds):
        return "numbers exchanged in place"
    return ""
