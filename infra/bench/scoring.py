"""How near a reading is to a person's: character 4-grams without white space, leaks, title, time, authors.

Dateline, deck and optional lines count neither way. Published with the kept pages as a method; written here anew.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processing.records import Article, Rejection

_QUOTES = str.maketrans({**dict.fromkeys("“”„‟″＂", '"'), **dict.fromkeys("‘’‚‛′＇`´", "'")})
_PRECISION = {"day": 10, "minute": 16, "second": 19}
_MAIN = {"article", "briefing", "press_release"}
_PERFECT = 0.99


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one page."""

    file: str
    main: bool
    extractor: str
    script: bool
    f1: float
    leaks: tuple[str, ...]
    title: bool
    time: bool
    authors: bool
    lost: bool

    @property
    def facts(self) -> tuple[bool, bool, bool]:
        """Return whether title, time and authors are right."""
        return self.title, self.time, self.authors


@dataclass(frozen=True, slots=True)
class Total:
    """Means over the pages of one mode, as they stand in the table."""

    pages: int
    f1: float
    perfect: float
    leaky: int
    title: float
    time: float
    authors: float
    lost: int
    trafilatura: float


def bare(text: str | None) -> str:
    """Return `text` without white space, one spelling for all quotation marks."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text or "").translate(_QUOTES)


def score(gold: dict[str, Any], result: Article | Rejection) -> Score:
    """Compare one reading with its gold."""
    article = result if isinstance(result, Article) else None
    text = article.text if article else ""
    squeezed = bare(text)
    names = {bare(author.name) for author in article.authors} if article else set()
    return Score(
        file=gold["file"],
        main=gold.get("kind", "article") in _MAIN,
        extractor=article.extractor if article else "",
        script=bool(gold.get("body_in_script")),
        f1=_f1(gold, text),
        leaks=tuple(leak for leak in gold.get("leaks") or () if bare(leak) and bare(leak) in squeezed),
        title=article is not None and bare(article.title) == bare(gold["title"]),
        time=_same_time(gold, article),
        authors=article is not None and names == {bare(name) for name in gold.get("authors") or ()},
        lost=not text,
    )


def total(scores: Sequence[Score]) -> Total:
    """Return the means over pages whose gold is an article; photo and video pages only count for the extractor."""
    main = [one for one in scores if one.main]
    in_html = [one for one in scores if not one.script and not one.lost]
    return Total(
        pages=len(main),
        f1=_mean(one.f1 for one in main),
        perfect=_mean(one.f1 >= _PERFECT and not one.leaks for one in main),
        leaky=sum(bool(one.leaks) for one in main),
        title=_mean(one.title for one in main),
        time=_mean(one.time for one in main),
        authors=_mean(one.authors for one in main),
        lost=sum(one.lost for one in main),
        trafilatura=_mean(one.extractor == "trafilatura" for one in in_html),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _f1(gold: dict[str, Any], text: str) -> float:
    got, want = bare(text), bare(gold["body"])
    neutral = [gold.get("dateline"), gold.get("title"), *(gold.get("subtitle") or ()), *(gold.get("optional") or ())]
    for piece in filter(None, map(bare, neutral)):
        if got.count(piece) > want.count(piece):
            got = got.replace(piece, "", 1)
        elif piece in want and piece not in got:
            want = want.replace(piece, "", 1)
    if not got or not want:
        return float(got == want)
    ours, theirs = _grams(got), _grams(want)
    return 2 * sum((ours & theirs).values()) / (sum(ours.values()) + sum(theirs.values()))


def _grams(text: str) -> Counter[str]:
    return Counter(text[index : index + 4] for index in range(max(1, len(text) - 3)))


def _same_time(gold: dict[str, Any], article: Article | None) -> bool:
    stated = [gold.get("published_at"), *(gold.get("published_alt") or ())]
    wanted = [datetime.fromisoformat(text) for text in stated if text]
    if not wanted:
        return True
    if article is None or article.published is None:
        return False
    cut = _PRECISION[gold.get("published_precision") or "minute"]
    at = article.published.at
    return any(one.isoformat()[:cut] == at.astimezone(one.tzinfo).isoformat()[:cut] for one in wanted)
