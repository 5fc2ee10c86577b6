"""Marks of passages that may be boilerplate, and what is left of a text without those that are.

A mark is a hash of twelve canonical characters and of the outlet, so that only an outlet's own
texts tell its boilerplate. Its highest bits are the outlet's, so that the marks of a text lie close
together and are short as differences. 28 bits tell passages apart: with 23, a hundred thousand
texts of one outlet shared so many by chance that passages of nine texts were taken for those of
ten. Marks are sampled by their hashes: densely near both ends of a text, where boilerplate stands,
thinly further inside, and not at all in the middle of a long one. Nothing depends on line breaks.
The lowest bit of a mark says whether what is near it is said by boilerplate alone (rights,
subscriptions, contacts): then few texts are enough.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from processing.signing.shingles import Hashes, distinct, mixed, rolled, together

Marks: TypeAlias = NDArray[np.int32]
TextSpan: TypeAlias = tuple[int, int]
"""Where a passage begins and ends, in canonical characters."""

GRAM: Final = 12
# Boilerplate stands at the ends of a text, so marks are dense there and thin further inside.
_NEAR_START: Final = 40
_NEAR_END: Final = 100
_FAR_START: Final = 240
_FAR_END: Final = 640
_DENSE: Final = np.uint64(6)
_THIN: Final = np.uint64(32)
_BITS: Final = np.uint32(0x1FFFFFFE)
"""The bits of a mark that the passage decides."""
_OWNERS: Final = np.uint32(0xFF000000)
"""The bits of a mark that the outlet decides too."""
_REACH: Final = 40
"""Characters around what boilerplate alone says within which a mark is taken for it."""
_GAP: Final = 100
"""Characters between two marks of one passage.

Where nothing says that it is boilerplate, a name or a figure may stand
between them, and only nearer ones are of one.
"""
_NARROW: Final = 20
_EDGE: Final = 24
"""Characters at an end of a text that go with the boilerplate beside them."""
_SHORTEST: Final = 18
_LONGEST_NOTICE: Final = 120
_MOST: Final = 0.5
"""The share of a text that may be taken for boilerplate where nothing in it says so."""
_MOST_AT_AN_END: Final = 0.8
"""The same of one passage at an end: a form that is filled in has several."""
_SAID = re.compile(
    r"저작권|무단\s*전재|무단\s*복제|재배포\s*금지|학습\s*이용|copyright|allrightsreserved"
    r"|구독|뉴스레터|채널\s*추가|바로가기|더\s*보기|많이\s*본|인기\s*기사|관련\s*기사|주요\s*뉴스|글자\s*크기|본문\s*듣기"
    r"|제보|카카오톡|페이스북|네이버에서|앱\s*다운|홈페이지|대표전화|고객센터|추천하기|공유하기|댓글|운영원칙|이\s*매체의"
    r"|독자\s*(?:여러분|곁|와\s*함께)"
)


def said_by_boilerplate(plain: str) -> NDArray[np.int64]:
    """Return the places of phrases that only boilerplate has in a canonical text, sorted."""
    return np.array([found.start() for found in _SAID.finditer(plain)], np.int64)


def marks_of(
    texts: Sequence[str], owners: Sequence[int]
) -> Iterator[tuple[NDArray[np.intp], Marks]]:
    """Yield for each canonical text the places of its marks, in their order, and the marks.

    `owners` are the outlets' hashes. A text of nobody's (owner 0) has marks only where something
    near them says that they are boilerplate.
    """
    for group in together([len(text) for text in texts], 0):
        yield from _marks_of([texts[place] for place in group], [owners[place] for place in group])


def _marks_of(
    texts: Sequence[str], owners: Sequence[int]
) -> Iterator[tuple[NDArray[np.intp], Marks]]:
    hashes = rolled(texts, GRAM)
    sizes = np.array([max(len(text) - GRAM + 1, 0) for text in texts])
    every = np.concatenate([each[:size] for each, size in zip(hashes, sizes, strict=True)])
    chosen, places, which = _chosen(every, sizes)
    near = _near_phrases(texts, places, which)
    owner = np.array(owners, np.int64).view(np.uint64)[which]
    # Texts of unknown outlets have one `owner`, so their marks would mix several outlets' passages.
    kept = (owner != 0) | near
    owner, near, places, which = owner[kept], near[kept], places[kept], which[kept]
    own = (mixed(every[chosen[kept]] ^ owner) >> np.uint64(32)).astype(np.uint32) & _BITS
    marks = own ^ (owner >> np.uint64(32)).astype(np.uint32) & _OWNERS | near
    bounds = np.searchsorted(which, np.arange(len(texts) + 1)).tolist()
    for start, end in pairwise(bounds):
        yield places[start:end], marks[start:end].view(np.int32)


def _near_phrases(
    texts: Sequence[str], places: NDArray[np.intp], which: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Say of each place of a text whether a phrase is near it that only boilerplate has."""
    # Texts are set so far apart that none reaches into the next.
    starts = np.cumsum([0, *(len(text) + _REACH + 1 for text in texts)])
    phrases = [said_by_boilerplate(text) for text in texts]
    cues = np.concatenate(phrases) + np.repeat(starts[:-1], [each.size for each in phrases])
    if not cues.size:
        return np.zeros(places.size, np.bool_)
    places = places + starts[which]
    after = np.searchsorted(cues, places)
    ahead = np.abs(cues[np.minimum(after, cues.size - 1)] - places)
    behind = np.abs(places - cues[np.maximum(after - 1, 0)])
    near: NDArray[np.bool_] = np.minimum(ahead, behind) <= _REACH
    return near


def differences(marks: Marks) -> Marks:
    """Return the sorted distinct marks of one text as they are stored.

    The smallest, then how much each is larger than the one before, modulo 2**32.
    """
    marks = distinct(marks)
    stored, values = np.empty_like(marks), marks.view(np.uint32)
    stored[:1] = marks[:1]
    np.subtract(values[1:], values[:-1], out=stored.view(np.uint32)[1:])
    return stored


def sums(stored: Marks, starts: NDArray[np.int64]) -> Marks:
    """Return the marks of many texts, one after another, of what `differences` made of each.

    `starts` are the places at which those of each text begin, and the number of all.
    """
    every = np.cumsum(stored.view(np.uint32), dtype=np.uint32)
    before = np.concatenate([np.zeros(1, np.uint32), every])[starts[:-1]]
    marks: Marks = (every - np.repeat(before, np.diff(starts))).view(np.int32)
    return marks


def _chosen(hashes: Hashes, sizes: NDArray[np.int64]) -> tuple[NDArray[np.intp], ...]:
    """Return which passages have marks: their places among all, in their texts, and whose they are.

    `sizes` are how many passages each text has.
    """
    which = np.repeat(np.arange(sizes.size), sizes)
    inside = np.arange(hashes.size) - (np.cumsum(sizes) - sizes)[which]
    left = sizes[which] - inside
    chosen = np.zeros(hashes.size, np.bool_)
    zones = ((_NEAR_START, _NEAR_END, _DENSE), (_FAR_START, _FAR_END, _THIN))
    for start, end, share in zones:
        # The zones at both ends of a short text meet: then all of it is one.
        zone = np.flatnonzero((inside < start) | (left <= end))
        chosen[zone[(hashes[zone] >> np.uint64(20)) % share == 0]] = True
    places = np.flatnonzero(chosen)
    return places, inside[places], which[places]


def boilerplate_spans(
    plain: str, places: NDArray[np.intp], marks: Marks, dropped: AbstractSet[int]
) -> list[TextSpan]:
    """Return the passages of a text that its `dropped` marks stand for, in their order."""
    if not dropped or not places.size:
        return []
    values, at = marks.tolist(), places.tolist()
    spans: list[tuple[int, int, bool]] = []
    first, last, said = -1, -1, 0  # of the run of marks that goes on
    for index, mark in enumerate(values):
        known = mark in dropped
        if first >= 0:
            most = _GAP if values[last] & mark & 1 else _NARROW
            if not known or at[index] - at[last] > most:
                spans.append((*_span(plain, at, first, last), said > 0))
                first, said = -1, 0
        if known:
            first, last, said = (index if first < 0 else first), index, said | mark & 1
    if first >= 0:
        spans.append((*_span(plain, at, first, last), said > 0))
    spans = [(start, end, said) for start, end, said in spans if said or end - start >= _SHORTEST]
    unsaid = [(start, end) for start, end, said in spans if not said]
    at_an_end = len(unsaid) == 1 and _ends_text(*unsaid[0], plain)
    share = _MOST_AT_AN_END if at_an_end else _MOST
    if sum(end - start for start, end in unsaid) > share * len(plain):
        spans = [span for span in spans if span[2]]
    return [(start, end) for start, end, _ in _merged(spans)]


def _ends_text(start: int, end: int, plain: str) -> bool:
    """Say whether a passage is one end of a text, and not all of it."""
    return (start == 0) != (end == len(plain))


def _span(plain: str, places: Sequence[int], first: int, last: int) -> TextSpan:
    start, end = places[first], places[last] + GRAM
    if start <= _EDGE and first == 0:
        start = 0
    if len(plain) - end <= _EDGE and last == len(places) - 1:
        end = len(plain)
    return start, end


def _merged(spans: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    found: list[tuple[int, int, bool]] = []
    for start, end, said in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), said or found[-1][2])
        else:
            found.append((start, end, said))
    return found


def without(plain: str, spans: Sequence[TextSpan]) -> str:
    """Return a text without some of its passages."""
    if not spans:
        return plain
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(plain)]
    return "".join(plain[end:start] for end, start in zip(ends, starts, strict=True))


_PIECE = re.compile(r"(?P<bullet>[▶▷☞→※]?)(?P<said>[^▶▷☞→※\n]+)")
_RIGHTS = re.compile(r"저작권|무단\s?전재|재배포\s?금지|all rights reserved", re.IGNORECASE)
_LINK = re.compile(
    r"\s*\[(?:많이\s?본|영상|포토|화보|관련\s?기사|인기|카드뉴스|뉴스|그래픽|주요\s?뉴스)[^\]\n]{0,20}\]"
    r"|[^\n]{0,40}(?:바로\s?가기|더\s?보기)"
)
_INVITATION = re.compile(r"\[[^\[\]\n]{0,30}(?:앱|채널|구독|제보|뉴스레터)[^\[\]\n]{0,20}\]")
_SENTENCE = re.compile(r"(?:다|요|죠|까)[.!?]")


def is_bare(text: str) -> bool:
    """Say whether a readable text has nothing but links to other articles and notices of rights."""
    noticed = False
    for piece in _PIECE.finditer(text):
        words = piece["said"]
        if not any(map(str.isalnum, words)):
            continue
        notice = len(words) <= _LONGEST_NOTICE and (
            _RIGHTS.search(words) or _LINK.match(words) or _INVITATION.fullmatch(words.strip())
        )
        if not notice and (not piece["bullet"] or _SENTENCE.search(words)):
            return False
        noticed = noticed or bool(notice)
    return noticed
