"""How a desk's edits differ from a text written anew, and both from one form filled in for other people."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.bench.composed import notices
from processing.matching.verdict import NONE, PairVerdict, Text, compared, judge, texts_of
from processing.signing.canonical import canonical, mark_of
from processing.signing.documents import FoldOptions, Thresholds
from tests.processing.dedupe.made import RIVER, document, folded, later
from tests.processing.matching.test_limits import ONE_OUTLET, SEEN, text

FAMILIES = "김이박최정강조윤장임"
GIVEN = ("서준", "하나", "도담", "은호", "라온", "이룸", "다온", "새봄", "가람", "한결")


def edited(text: str, every: int, width: int, share: float = 1.0) -> str:
    """Return the text with `width` characters replaced after every `every`, in the first `share` of it."""
    whole = canonical(text).replace("\n", "")
    end = int(len(whole) * share)
    pieces = [
        whole[start : start + every] + "뷁쀍꿹돫"[:width] for start in range(0, end, every + width)
    ]
    return "".join(pieces)[:end] + whole[end:]


def relation(text: str, options: FoldOptions | None = None, title: str = "다리가 열린다") -> object:
    documents = [
        document("a", RIVER, title=title),
        document("b", text, outlet="나래신문", title=title, published_at=later(hours=1)),
    ]
    return folded([documents], options or FoldOptions()).rows()["b"]["relation"]


def test_edits_sentence_by_sentence_leave_a_copy() -> None:
    text = edited(RIVER, every=32, width=4)
    assert relation(text) == "copy"
    strict = replace(FoldOptions(), thresholds=Thresholds(stretch=100))
    assert relation(text, strict) == "derivative", "or the edits are too few to show anything"


def test_edits_within_the_words_of_a_part_are_a_text_written_anew() -> None:
    text = edited(RIVER, every=7, width=1, share=0.3)
    assert relation(text) == "derivative"
    lenient = replace(FoldOptions(), thresholds=Thresholds(breaks=100))
    assert relation(text, lenient) == "copy", "or the texts are too unlike to show anything"


@settings(max_examples=20)
@given(st.integers(40, 120), st.integers(1, 4))
def test_few_edits_never_part_two_copies(every: int, width: int) -> None:
    assert relation(edited(RIVER, every, width)) == "copy"


@pytest.mark.parametrize("seed", [3, 31])
def test_notices_of_different_people_are_never_one_text(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    made = list(notices(draw, 30, lambda each: each.choice(FAMILIES) + each.choice(GIVEN)))
    documents = [
        document(
            f"{place:03}", body, outlet=outlet[0], title=title, published_at=later(hours=place)
        )
        for place, (kind, outlet, title, body) in enumerate(made)
        if kind in {"names:mourning", "names:appointment"}
    ]
    rows = folded([documents], FoldOptions()).rows()
    assert len({row["cluster"] for row in rows.values()}) == len({each.text for each in documents})


LETTERS = "".join(chr(ord("가") + 5 * number) for number in range(2200))
"""Letters of which none comes twice, so that an alignment has one way to go."""
WHOLE, OTHERS = LETTERS[:1000], LETTERS[1000:]
OPTIONS = FoldOptions()


def replaced(length: int, edits: int, run: int, width: int) -> tuple[str, str]:
    """Return a text, and the same with `edits` stretches of other letters, `run` letters apart."""
    return WHOLE[:length], _with_edits(length, edits, run, width, iter(OTHERS))


def shortened(length: int, edits: int, run: int, width: int) -> tuple[str, str]:
    """Return a text, and the same without `edits` stretches of it, `run` letters apart."""
    return WHOLE[:length], _with_edits(length, edits, run, width, None)


def _with_edits(length: int, edits: int, run: int, width: int, others: Iterator[str] | None) -> str:
    pieces = []
    for place in range(edits):
        start = place * (run + width)
        pieces.append(WHOLE[start : start + run])
        pieces += [next(others) for _ in range(width)] if others else []
    return "".join(pieces) + WHOLE[edits * (run + width) : length]


def link(one: Text, other: Text, options: FoldOptions = OPTIONS) -> str:
    """Return how two texts are linked, whichever comes first."""
    found, turned = judge(one, other, options), judge(other, one, options)
    assert (turned.link, turned.evidence) == (found.link, found.evidence)
    assert (turned.shares, turned.spans, turned.gaps) == (
        found.shares[::-1],
        found.spans[::-1],
        found.gaps[::-1],
    )
    return found.link


def limits(**given: float) -> FoldOptions:
    return FoldOptions(thresholds=replace(Thresholds(), **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "run", "expected"),
    [
        (399, 12, "derivative"),  # more than one and a half in a hundred
        (400, 12, "reworked"),
        (399, 13, "reworked"),  # longer stretches stay
    ],
)
def test_a_text_is_reworded_by_how_often_it_breaks_off_and_for_how_long_it_agrees(
    length: int, run: int, expected: str
) -> None:
    whole, other = replaced(length, 6, run, 6)
    assert link(text(1, whole), text(2, other)) == expected


@pytest.mark.parametrize(
    ("length", "run", "expected"),
    [
        (355, 24, "reworked"),  # 4 breaks are more than 1.125 in a hundred
        (356, 24, "same"),
        (355, 25, "same"),
    ],
)
def test_a_text_is_reworked_from_three_quarters_of_these_breaks_on(
    length: int, run: int, expected: str
) -> None:
    whole, other = replaced(length, 4, run, 8)
    assert link(text(1, whole), text(2, other)) == expected


@pytest.mark.parametrize(
    ("breaks", "run", "expected"),
    [
        (0.399, 12, "derivative"),
        (0.401, 12, "same"),
        (0.399, 13, "reworked"),
        (0.399, 25, "same"),
        (0.401, 24, "same"),
    ],
)
def test_what_holds_nearly_all_may_break_off_two_and_a_half_times_as_often(
    breaks: float, run: int, expected: str
) -> None:
    """Four breaks in four hundred letters, of which all but five in a hundred are shared."""
    whole, other = replaced(400, 4, run, 1)
    assert link(text(1, whole), text(2, other), limits(breaks=breaks)) == expected


@pytest.mark.parametrize(
    ("title", "breaks", "expected"),
    [
        ("[인사] 한들시", 0.659, "derivative"),
        ("[인사] 한들시", 0.66, "same"),  # six in 364 are 2.5 times 0.6593 in a hundred
        ("한들시 소식", 0.659, "same"),
    ],
)
def test_a_notice_that_breaks_off_is_reworded_however_long_it_agrees(
    title: str, breaks: float, expected: str
) -> None:
    whole, other = shortened(400, 6, 30, 6)
    assert link(text(1, whole, title), text(2, other, title), limits(breaks=breaks)) == expected


@pytest.mark.parametrize(
    ("shared", "expected"),
    [(53, "none"), (54, "derivative"), (78, "derivative"), (79, "same")],
)
def test_the_share_of_the_smaller_text_has_two_edges(shared: int, expected: str) -> None:
    """Of a hundred shingles half make a derivative, and three quarters a copy."""
    one = text(1, WHOLE[:104])
    assert link(one, text(2, WHOLE[:shared] + OTHERS[: 104 - shared])) == expected


@pytest.mark.parametrize(("length", "expected"), [(204, "same"), (205, "part")])
def test_a_copy_makes_up_half_of_the_larger_text(length: int, expected: str) -> None:
    assert link(text(1, WHOLE[:104]), text(2, WHOLE[:length])) == expected
    late = text(1, WHOLE[length - 104 : length])
    assert link(late, text(2, WHOLE[:length])) == expected, "the smaller text comes first"


@pytest.mark.parametrize(("length", "expected"), [(39, "none"), (40, "part")])
def test_texts_below_forty_letters_are_no_part_of_a_longer_one(length: int, expected: str) -> None:
    assert link(text(1, WHOLE[:length]), text(2, WHOLE[:200])) == expected


FLASH = "누리은행이사회새은행장에오나래부행장만장일치로선임임기3년"
OBITUARY = "서리온전대학총장씨별세서한결변호사서한별의사씨부친상8일오후5시새병원장례식장12호실발인11일오전6시"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (FLASH, f"가람통신민하늘기자{FLASH}", "same"),
        (FLASH, f"{FLASH}민하늘기자", "same"),
        (f"{FLASH}끝", f"{FLASH}강다온기자kangexamplecom", "same"),
        (FLASH, FLASH.replace("3년", "4년"), "none"),
        (f"{FLASH}5명", f"{FLASH}6명과아이들이함께대피했다고밝혔다", "none"),
        (FLASH, FLASH.replace("만장일치", "과반찬성"), "none"),
        (FLASH, f"{FLASH}{LETTERS[: len(FLASH)]}", "part"),
        (FLASH, f"{FLASH}{LETTERS[: len(FLASH) + 1]}", "none"),  # it is less than half of that
        (FLASH[:16], f"{FLASH[:16]}끝", "same"),
        (FLASH[:15], f"{FLASH[:15]}끝", "none"),
        (OBITUARY, OBITUARY.replace("오후5시", "").replace("장례식장12호실", ""), "reworked"),
        (OBITUARY, OBITUARY.replace("오후5시", "").replace("11일", "13일"), "derivative"),
    ],
)
def test_a_short_text_is_the_same_with_words_left_out_or_put_in(
    one: str, other: str, expected: str
) -> None:
    title = "[부고] 서리온씨 별세" if one == OBITUARY else "누리은행장에 오나래"
    assert link(text(1, one, title), text(2, other, title)) == expected


def test_a_short_text_with_words_put_in_is_the_same_under_titles_of_its_topic_alone() -> None:
    one, other = (text(number, each) for number, each in ((1, FLASH), (2, f"{FLASH}끝")))
    assert link(_titled(one, "누리은행장 선임"), _titled(other, "새 은행장에 오나래")) == "same"
    assert link(_titled(one, "누리은행장 선임"), _titled(other, "오늘의 부동산")) == "none"


def _titled(given: Text, title: str) -> Text:
    return replace(given, title=title, mark=mark_of(title))


def test_one_shingle_is_enough_for_a_share() -> None:
    for length, article in ((5, "1"), (40, "2")):
        found = judge(text(1, WHOLE[:length]), text(2, WHOLE[:length], article_id=article), OPTIONS)
        assert (found.evidence, found.jaccard, found.shares) == ("same text", 1.0, (1.0, 1.0))
    empty = judge(text(1, ""), text(2, "", article_id="1"), OPTIONS)
    assert (empty.evidence, empty.jaccard, empty.shares) == ("same article", 0.0, (0.0, 0.0))
    assert (empty.spans, empty.gaps) == (((0, 0), (0, 0)), (0.0, 0.0))
    assert PairVerdict("none") == NONE == PairVerdict("none", 0.0, empty.shares)


@pytest.mark.parametrize(
    ("lengths", "cuts", "expected"),
    [
        ((9, 9), (False, False), "same"),
        ((9, 9), (True, False), "none"),
        ((9, 9), (False, True), "none"),
        ((10, 10), (True, True), "same"),
    ],
)
def test_a_text_of_which_boilerplate_leaves_less_than_ten_letters_is_linked_to_none(
    lengths: tuple[int, int], cuts: tuple[bool, bool], expected: str
) -> None:
    one, two = (
        text(number, WHOLE[:length], cut=("무단 전재 금지",) if cut else ())
        for number, length, cut in zip((1, 2), lengths, cuts, strict=True)
    )
    assert link(one, two) == expected


TOPIC = "가나다라마바"
"""A title of five pairs of letters; the next two share two of them, and one."""
NEAR_TOPIC, FAR_TOPIC = "가나다하파타", "가나카하파타"


@pytest.mark.parametrize(
    ("title", "outlets", "hours", "expected"),
    [
        (NEAR_TOPIC, ("강가신문", "강가신문"), 12, "same"),
        (FAR_TOPIC, ("강가신문", "강가신문"), 12, "part"),
        (NEAR_TOPIC, ("강가신문", "나루신문"), 12, "part"),
        (NEAR_TOPIC, ("", ""), 12, "part"),  # nobody's texts are not of one outlet
        (NEAR_TOPIC, ("강가신문", "강가신문"), 12.1, "part"),
        (NEAR_TOPIC, ("강가신문", "강가신문"), None, "part"),
    ],
)
def test_a_report_is_updated_by_its_outlet_within_half_a_day_under_a_title_of_its_topic(
    title: str, outlets: tuple[str, str], hours: float | None, expected: str
) -> None:
    seen = None if hours is None else SEEN + timedelta(hours=hours)
    small = text(1, WHOLE[:150], TOPIC, outlet=outlets[0])
    large = text(2, WHOLE[:400], title, outlet=outlets[1], seen=seen)
    assert link(small, large) == expected


@pytest.mark.parametrize(
    ("titles", "hours", "expected"),
    [
        ((TOPIC, NEAR_TOPIC), 100, "same"),
        ((TOPIC, FAR_TOPIC), 1, "none"),
        # Both titles share two of five pairs with the text, but none with each other.
        ((WHOLE[:3] + OTHERS[:3], WHOLE[10:13] + OTHERS[3:6]), 24, "same"),
        ((WHOLE[:3] + OTHERS[:3], WHOLE[10:13] + OTHERS[3:6]), 24.1, "none"),
        ((WHOLE[:3] + OTHERS[:3], WHOLE[10:13] + OTHERS[3:6]), None, "none"),
        ((WHOLE[:3] + OTHERS[:3], WHOLE[10:12] + OTHERS[3:7]), 1, "none"),
        ((WHOLE[:2] + OTHERS[:4], WHOLE[10:13] + OTHERS[4:7]), 1, "none"),
    ],
)
def test_a_flash_under_two_titles_is_one_by_two_of_five_pairs(
    titles: tuple[str, str], hours: float | None, expected: str
) -> None:
    seen = None if hours is None else SEEN + timedelta(hours=hours)
    one, two = (text(number, WHOLE[:39], title) for number, title in enumerate(titles, 1))
    assert link(one, replace(two, seen=seen)) == expected
    assert link(replace(one, seen=seen), two) == expected


@pytest.mark.parametrize(
    ("kept", "hours", "outlet", "expected"),
    [
        (150, 12, "강가신문", "followup"),
        (150, 12.1, "강가신문", "derivative"),
        (150, 12, "나루신문", "derivative"),
        (300, 12.1, "강가신문", "followup"),
        (300, 12.1, "나루신문", "same"),
    ],
)
def test_a_passing_state_that_the_later_one_holds_precedes_it(
    kept: int, hours: float, outlet: str, expected: str
) -> None:
    small = text(1, WHOLE[:kept], "[1보] 강이 넘친다", **ONE_OUTLET)
    seen = SEEN + timedelta(hours=hours)
    large = text(2, WHOLE[:400], "[2보] 강이 넘친다", outlet=outlet, seen=seen)
    assert link(small, large) == expected


@pytest.mark.parametrize(
    ("outlet", "roundup", "expected"),
    [
        ("강가신문", False, "followup"),
        ("강가신문", True, "followup"),
        ("나루신문", False, "none"),
        ("나루신문", True, "quote"),
    ],
)
def test_states_of_a_report_with_few_words_in_common_follow_by_their_titles(
    outlet: str,
    roundup: bool,  # noqa: FBT001 - a table
    expected: str,
) -> None:
    one = text(1, WHOLE[:200], "[1보] 강이 넘친다", **ONE_OUTLET)
    other = f"{WHOLE[:44]}{OTHERS[:200]}"
    two = text(2, other, "[2보] 강이 넘친다", outlet=outlet, roundup=roundup)
    assert link(one, two) == expected


@pytest.mark.parametrize(
    ("width", "before", "spans"),
    [
        (3, 0, ((0, 73), (50, 123))),  # eight n-grams apart is one passage
        (4, 0, ((0, 44), (50, 94))),
        (3, 60, ((60, 133), (50, 123))),
    ],
)
def test_a_quotation_is_the_longest_passage_that_both_have(
    width: int, before: int, spans: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    shared, other = f"{WHOLE[:44]}{{}}{WHOLE[50:76]}", f"{OTHERS[:before]}{{}}{OTHERS[100:300]}"
    one = text(1, other.format(shared.format(OTHERS[400 : 400 + width])))
    two = text(
        2,
        f"{OTHERS[500:550]}{shared.format(OTHERS[600 : 600 + width])}{OTHERS[700:1000]}",
        roundup=True,
    )
    found = judge(one, two, OPTIONS)
    assert (found.link, found.spans) == ("quote", spans)
    assert link(one, two) == "quote"


@pytest.mark.parametrize(("length", "expected"), [(39, "none"), (40, "quote")])
def test_a_quotation_has_forty_letters_in_one_passage(length: int, expected: str) -> None:
    """A second passage makes up for what the first lacks in n-grams, and is none of its letters."""
    one = text(1, f"{WHOLE[:length]}{OTHERS[:200]}{WHOLE[100:130]}{OTHERS[300:400]}")
    roundup = f"{OTHERS[500:550]}{WHOLE[:length]}{OTHERS[600:640]}{WHOLE[100:130]}{OTHERS[700:]}"
    assert link(one, text(2, roundup, roundup=True)) == expected


@pytest.mark.parametrize(("lost", "expected"), [(3, "same"), (4, "derivative")])
def test_what_holds_87_of_100_shingles_holds_nearly_all(lost: int, expected: str) -> None:
    """Two edits cost five shingles each, and each letter at the end one."""
    other = f"{WHOLE[:12]}{OTHERS[0]}{WHOLE[13:25]}{OTHERS[1]}{WHOLE[26 : 104 - lost]}"
    assert link(text(1, WHOLE[:104]), text(2, other + OTHERS[10 : 10 + lost])) == expected


BLOCKS = [f"{WHOLE[:24]}{number}{WHOLE[24:48]}" for number in (35, 71)]
CHANGED = [f"{WHOLE[:24]}{number}{WHOLE[24:48]}" for number in (46, 82)]
NUMBERS = frozenset({"35", "71"}), frozenset({"46", "82"})


@pytest.mark.parametrize(
    ("other", "outlet", "veto", "expected"),
    [
        (CHANGED * 2, "강가신문", True, "series"),
        (CHANGED * 2, "나루신문", True, "none"),
        (CHANGED * 2, "나루신문", False, "same"),
        # What changes places alone leaves every shingle: it is one text, and no other numbers.
        (BLOCKS[::-1] * 2, "나루신문", True, "same"),
    ],
)
def test_a_form_whose_numbers_differ_is_filled_in_anew(
    other: list[str],
    outlet: str,
    veto: bool,  # noqa: FBT001 - a table
    expected: str,
) -> None:
    one = text(1, "".join(BLOCKS * 2), facts=NUMBERS[0], **ONE_OUTLET)
    two = text(2, "".join(other), facts=NUMBERS[1], outlet=outlet)
    assert link(one, two, limits(veto=veto)) == expected


FORM = f"{WHOLE[100:140]}{{}}{WHOLE[140:180]}{{}}{WHOLE[180:220]}{{}}{WHOLE[220:260]}"


@pytest.mark.parametrize(
    ("outlet", "wholes", "expected"),
    [
        ("강가신문", (True, True), "series"),
        ("강가신문", (False, False), "same"),
        ("나루신문", (True, True), "same"),
    ],
)
def test_a_form_that_became_boilerplate_of_its_outlet_is_still_a_form(
    outlet: str, wholes: tuple[bool, bool], expected: str
) -> None:
    """What is left of both texts is alike; with the form the words in it are exchanged."""
    own = WHOLE[300:400]
    texts = []
    for number, (name, whole) in enumerate(zip((outlet, "강가신문"), wholes, strict=True), 1):
        words = [OTHERS[20 * number + place : 20 * number + place + 3] for place in (0, 5, 10)]
        entire = text(number, FORM.format(*words) + own, outlet=name)
        kept = text(number, own + OTHERS[100 + number], outlet=name, title=f"{number}번째 소식")
        texts.append(replace(kept, whole=lambda entire=entire: entire) if whole else kept)
    assert link(*texts) == expected


@pytest.mark.parametrize(
    ("outlet", "cuts", "texts", "entire"),
    [
        ("나루신문", (WHOLE[:20], ""), (WHOLE[20:80], WHOLE[:80]), (True, False)),
        ("나루신문", ("", WHOLE[:20]), (WHOLE[:80], WHOLE[20:80]), (False, True)),
        ("나루신문", (WHOLE[:20], WHOLE[:20]), (WHOLE[20:80], WHOLE[20:80]), (False, False)),
        ("강가신문", (WHOLE[:20], ""), (WHOLE[20:80], WHOLE[:80]), (False, False)),
    ],
)
def test_boilerplate_that_is_text_of_another_outlet_is_text_of_both(
    outlet: str, cuts: tuple[str, str], texts: tuple[str, str], entire: tuple[bool, bool]
) -> None:
    outlets = "강가신문", outlet
    made = [
        text(
            number,
            own,
            outlet=name,
            cut=(cut,) if cut else (),
            whole=(lambda number=number, cut=cut, own=own: text(number, cut + own))
            if cut
            else None,
        )
        for number, (name, cut, own) in enumerate(zip(outlets, cuts, texts, strict=True))
    ]
    pair = compared(*made)
    found = {side.number: side.text for side in (pair.small, pair.large)}
    expected = [
        cut + own if whole else own for cut, own, whole in zip(cuts, texts, entire, strict=True)
    ]
    assert found == dict(enumerate(expected))


@pytest.mark.parametrize(
    ("cut", "own", "whole"),
    [
        ([], WHOLE[:60], None),
        ([0, 20], WHOLE[20:60], WHOLE[:60]),
        ([0, 20, 50, 60], WHOLE[20:50], WHOLE[:60]),
        ([0, 50], WHOLE[50:60], WHOLE[:60]),  # ten letters are left
        ([0, 51], WHOLE[51:60], None),
        ([0, 60], "", None),
    ],
)
def test_a_stored_text_is_read_without_its_boilerplate(
    cut: list[int], own: str, whole: str | None
) -> None:
    row = {
        "number": 7,
        "article_id": "a",
        "outlet": "강가신문",
        "title": "[2보] 강이 넘친다",
        "text": WHOLE[:60],
        "facts": "0:12 19:34 20:56 49:78 50:90",
        "cut": cut,
        "published_at": None,
        "fetched_at": SEEN,
        "day": SEEN.date(),
        "roundup": True,
    }
    plain, dated = texts_of([row, {**row, "published_at": SEEN - timedelta(hours=1)}], OPTIONS)
    assert (plain.text, plain.seen, dated.seen) == (own, SEEN, SEEN - timedelta(hours=1))
    assert (plain.mark.rank, plain.roundup, plain.entire().text) == (2, True, whole or own)
    assert (plain.whole is None) is (whole is None)
    gone = [range(*span) for span in zip(cut[::2], cut[1::2], strict=True)]
    placed = {0: "12", 19: "34", 20: "56", 49: "78", 50: "90"}
    assert plain.facts == {
        fact for place, fact in placed.items() if not any(place in span for span in gone)
    }
    assert plain.entire().facts == ({*placed.values()} if whole else plain.facts)
    assert (plain.ordered.size, plain.shingles.size) == (max(len(own) - 4, 0),) * 2
