"""The numbers by which two texts are told apart, each on both sides of its edge."""

from datetime import UTC, date, datetime, timedelta

import pytest

from processing.matching.templates import (
    Alignment,
    Slot,
    align,
    are_notices,
    missing_facts,
    names_exchanged,
    numbers_exchanged,
)
from processing.matching.verdict import Text, judge
from processing.signing.canonical import follows, mark_of
from processing.signing.documents import FoldOptions, Thresholds
from processing.signing.shingles import distinct, rolling

SEEN = datetime(2026, 11, 20, 3, tzinfo=UTC)
LETTERS = "".join(chr(ord("가") + 7 * number) for number in range(400))
"""Letters of which none comes twice, so that an alignment has one way to go."""
LIMITS = Thresholds()
BEFORE = frozenset(str(number) for number in range(10, 20))


def lined(*slots: Slot, matched: int = 600, ends: tuple[Slot, ...] = ()) -> Alignment:
    return Alignment(
        matched, slots, ends, breaks=0, stretch=0.0, spans=((0, 0), (0, 0)), gaps=(0.0, 0.0)
    )


def digits(left: str, right: str) -> Slot:
    return Slot(left, right, "", "")


def lacking(count: int) -> frozenset[str]:
    """Return the facts of a text that lacks so many of ten."""
    return frozenset(sorted(BEFORE)[count:])


@pytest.mark.parametrize(
    ("small", "lacks", "share"), [(0, 0, 0), (4, 0, 0), (4, 1, 0.25), (1, 1, 1)]
)
def test_facts_that_are_missing_are_a_share_of_the_smaller_text_s(
    small: int, lacks: int, share: float
) -> None:
    facts = frozenset(map(str, range(small)))
    large = frozenset(map(str, range(lacks, 100)))
    assert missing_facts(facts, large) == (share, lacks)


@pytest.mark.parametrize(
    ("count", "slots", "matched", "exchanged"),
    [
        (3, 2, 500, True),  # 3 of 10 facts, 0.4 numbers in a hundred characters
        (2, 2, 500, False),  # a fifth of the facts is not more than a fifth
        (3, 2, 501, False),  # fewer numbers in a hundred characters
        (3, 1, 60, False),  # one number may be a correction
        (3, 3, 800, False),
        (3, 4, 800, True),
    ],
)
def test_numbers_are_exchanged_where_facts_are_missing_and_digits_differ_in_place(
    count: int,
    slots: int,
    matched: int,
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    alignment = lined(*[digits("3명", "5명")] * slots, matched=matched)
    assert numbers_exchanged(alignment, BEFORE, lacking(count), LIMITS) is exchanged


@pytest.mark.parametrize(
    ("inside", "outside", "matched", "exchanged"),
    [(3, 0, 150, True), (3, 0, 151, False), (2, 1, 150, True), (2, 0, 60, False), (0, 3, 60, True)],
)
def test_one_missing_fact_is_enough_where_the_text_is_full_of_other_digits(
    inside: int,
    outside: int,
    matched: int,
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    slot = digits("3", "5")
    alignment = lined(*[slot] * inside, ends=(slot,) * outside, matched=matched)
    assert numbers_exchanged(alignment, frozenset({"12"}), frozenset(), LIMITS) is exchanged


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [
        ("3명", "5명", 1),
        ("3명", "3인", 0),
        ("세명", "5명", 0),
        ("12", "21", 1),
        ("3시 5명", "4시 6명", 2),
        ("3시 5명", "4시", 1),
    ],
)
def test_numbers_are_exchanged_in_a_slot_where_both_sides_have_some_and_they_differ(
    left: str, right: str, count: int
) -> None:
    assert digits(left, right).numbers == count


PLAIN = ("강가의 하루", "강가의 하루")
WORD = Slot("나루", "바다", "", "")


@pytest.mark.parametrize(
    ("slots", "matched", "titles", "same_outlet", "exchanged"),
    [
        (0, 60, PLAIN, True, False),
        (3, 300, PLAIN, True, True),  # one in a hundred characters
        (3, 301, PLAIN, True, False),
        (2, 60, PLAIN, True, False),  # two words are an edit
        (3, 300, PLAIN, False, False),  # another desk has its own words
        (3, 300, ("[인사] 나루시", "[인사] 바다시"), False, True),
        (3, 300, ("[인사] 나루시", "나루시 소식"), False, False),
        (
            3,
            300,
            ("나루 열린다", "바다 열린다"),
            False,
            True,
        ),  # the titles differ in the same words
        (2, 900, ("나루 열린다", "바다 열린다"), False, True),
        (1, 60, ("나루 열린다", "바다 열린다"), False, False),
    ],
)
def test_names_are_exchanged_by_how_dense_they_are_and_what_titles_say(
    slots: int,
    matched: int,
    titles: tuple[str, str],
    same_outlet: bool,  # noqa: FBT001 - a table
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    alignment = lined(*[WORD] * slots, matched=matched)
    assert names_exchanged(alignment, titles, same_outlet=same_outlet) is exchanged


@pytest.mark.parametrize(
    ("matched", "exchanged"), [(150, True), (151, False)], ids=["two in a hundred", "fewer"]
)
def test_very_dense_words_are_names_where_longer_words_of_the_titles_hold_them(
    matched: int,
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    slot = Slot("나루터에서", "바다에서는", "", "")
    alignment = lined(slot, slot, slot, matched=matched)
    assert (
        names_exchanged(alignment, ("나루 열린다", "바다 열린다"), same_outlet=False) is exchanged
    )


def test_notices_are_told_by_how_all_titles_begin() -> None:
    assert are_notices("[인사] 한들시", "부고")
    assert not are_notices("[인사] 한들시", "한들시 인사")
    assert not are_notices("인사말 나누다")


@pytest.mark.parametrize(
    ("flank", "width", "slots"),
    [(6, 1, 1), (6, 14, 1), (6, 15, 0), (5, 1, 0)],
    ids=["near enough", "wide", "too wide", "flanked by too little"],
)
def test_a_slot_is_short_and_has_an_equal_run_of_six_beside_it(
    flank: int, width: int, slots: int
) -> None:
    head, tail = LETTERS[:flank], LETTERS[20 : 20 + flank]
    alignment = align(
        f"{head}{LETTERS[100 : 100 + width]}{tail}", f"{head}{LETTERS[200 : 200 + width]}{tail}"
    )
    assert len(alignment.slots) == slots
    assert (alignment.matched, alignment.breaks, alignment.stretch) == (2 * flank, 1, flank)


@pytest.mark.parametrize(
    ("before", "left", "right", "after", "slots"),
    [
        (6, 3, 3, 5, 1),
        (5, 3, 3, 6, 1),
        (6, 0, 3, 6, 0),
        (6, 3, 0, 6, 0),
        (6, 3, 14, 6, 1),
        (6, 3, 15, 6, 0),
        (6, 15, 3, 6, 0),
    ],
    ids=["before", "after", "inserted", "left out", "wide", "too wide", "too wide on the left"],
)
def test_a_slot_is_filled_on_both_sides_and_one_equal_run_is_enough(
    before: int, left: int, right: int, after: int, slots: int
) -> None:
    head, tail = LETTERS[:before], LETTERS[20 : 20 + after]
    mine, theirs = LETTERS[100 : 100 + left], LETTERS[200 : 200 + right]
    found = align(f"{head}{mine}{tail}", f"{head}{theirs}{tail}").slots
    assert found == (Slot(mine, theirs, head[-1], tail[0]),) * slots


def test_a_chance_match_joins_the_slot_around_it() -> None:
    head, tail, chance = LETTERS[:8], LETTERS[20:28], LETTERS[50:52]
    left, right = (f"{LETTERS[at : at + 2]}{chance}{LETTERS[at + 5 : at + 7]}" for at in (100, 200))
    found = align(f"{head}{left}{tail}", f"{head}{right}{tail}")
    assert found.slots == (Slot(left, right, head[-1], tail[0]),)
    assert found.breaks == 1


def test_equal_runs_of_two_characters_are_chance_and_of_three_are_not() -> None:
    def around(middle: str) -> int:
        left = f"{LETTERS[:20]}{LETTERS[100:103]}{middle}{LETTERS[110:113]}{LETTERS[20:40]}"
        right = f"{LETTERS[:20]}{LETTERS[200:203]}{middle}{LETTERS[210:213]}{LETTERS[20:40]}"
        return align(left, right).matched

    assert around(LETTERS[50:52]) == 40
    assert around(LETTERS[50:53]) == 43


def test_the_span_of_a_part_begins_and_ends_with_runs_of_twelve() -> None:
    def span(run: int) -> tuple[int, int]:
        part = LETTERS[:run]
        return align(part, f"{LETTERS[100:150]}{part}{LETTERS[200:250]}").spans[1]

    assert span(12) == (50, 62)
    assert span(11) == (0, 0)


@pytest.mark.parametrize(("lacking", "gap"), [(29, 0.0), (30, 0.1)])
def test_what_is_lacking_counts_in_pieces_of_a_tenth(lacking: int, gap: float) -> None:
    whole = LETTERS[:300]
    assert align(whole[: 200 - lacking] + whole[200:], whole).gaps == (0.0, gap)


def test_the_ends_of_an_alignment_are_not_among_its_slots() -> None:
    body = LETTERS[:30]
    alignment = align(f"{LETTERS[100:103]}{body}", f"{LETTERS[200:203]}{body}")
    assert alignment.slots == ()
    assert alignment.ends == (Slot(LETTERS[100:103], LETTERS[200:203], "", ""),)


@pytest.mark.parametrize(
    ("titles", "hours", "containment", "follow"),
    [
        (("[속보] 강이 넘친다", "강이 넘친다"), 12, 0.0, True),
        (("[속보] 강이 넘친다", "강이 넘친다"), 12.01, 0.0, False),
        (("[속보] 강이 넘친다", "[속보] 강이 넘친다"), 1, 1.0, False),
        (("[속보] 강이 넘친다", "산에 불이 났다"), 1, 0.5, True),
        (("[속보] 강이 넘친다", "산에 불이 났다"), 1, 0.49, False),
    ],
)
def test_states_of_a_running_report_are_marked_near_in_time_and_alike(
    titles: tuple[str, str],
    hours: float,
    containment: float,
    follow: bool,  # noqa: FBT001 - a table
) -> None:
    first, second = map(mark_of, titles)
    times = (SEEN, SEEN + timedelta(hours=hours))
    assert follows(first, second, times, containment) is follow
    assert follows(second, first, times[::-1], containment) is follow
    assert not follows(first, second, (SEEN, None), containment)


def text(number: int, body: str, title: str = "강가의 하루", **fields: object) -> Text:
    known: dict[str, object] = {
        "number": number,
        "article_id": f"{number}",
        "outlet": f"신문{number}",
        "title": title,
        "mark": mark_of(title),
        "seen": SEEN,
        "text": body,
        "ordered": rolling(body, FoldOptions().features.shingle),
        "shingles": distinct(rolling(body, FoldOptions().features.shingle)),
        "facts": frozenset(),
        "day": date(2026, 11, 20),
        **fields,
    }
    return Text(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(("length", "evidence"), [(40, "same text"), (39, "")])
def test_a_short_text_under_two_titles_is_one_from_forty_characters_on(
    length: int, evidence: str
) -> None:
    body, options = LETTERS[:length], FoldOptions()
    assert judge(text(1, body), text(2, body, "다른 제목"), options).evidence == evidence
    assert judge(text(1, body), text(2, body), options).evidence == "same text", "under one title"


def test_texts_without_words_are_not_one() -> None:
    assert judge(text(1, ""), text(2, ""), FoldOptions()).link == "none"


def test_two_readings_of_one_article_are_the_same_whatever_they_say() -> None:
    pair = text(1, LETTERS[:200]), text(2, LETTERS[200:], article_id="1")
    assert judge(*pair, FoldOptions()).evidence == "same article"


@pytest.mark.parametrize(
    ("shared", "links"),
    [(0.45, {"none", "quote"}), (0.6, {"derivative"}), (0.9, {"same", "reworked"})],
)
def test_how_much_of_the_smaller_text_is_shared_decides(shared: float, links: set[str]) -> None:
    whole = LETTERS[:300]
    kept = int(300 * shared)
    other = f"{whole[:kept]}{LETTERS[300:400]}{LETTERS[399:300:-1]}"[:300]
    one, two = text(1, whole), text(2, other)
    found, turned = judge(one, two, FoldOptions()), judge(two, one, FoldOptions())
    assert found.link in links
    assert (turned.link, turned.jaccard, turned.shares) == (
        found.link,
        found.jaccard,
        found.shares[::-1],
    )


ONE_OUTLET = {"outlet": "강가신문"}
LONG_TITLE = "강가의 하루가 저물고 배가 떠난다"


@pytest.mark.parametrize(("kept", "link"), [(396, "same"), (330, "followup")])
def test_texts_nearly_alike_are_one_whatever_state_their_titles_claim(kept: int, link: str) -> None:
    small = text(1, LETTERS[:kept], "[1보] 강이 넘친다", **ONE_OUTLET)
    large = text(2, LETTERS, "[2보] 강이 넘친다", **ONE_OUTLET)
    assert judge(small, large, FoldOptions()).link == link


@pytest.mark.parametrize(
    ("title", "link"), [("[속보] 강이 넘친다", "derivative"), ("강이 넘친다", "part")]
)
def test_a_passing_state_of_another_outlet_is_no_part(title: str, link: str) -> None:
    small, large = text(1, LETTERS[:150], title), text(2, LETTERS, "강이 넘친다")
    assert judge(small, large, FoldOptions()).link == link


@pytest.mark.parametrize(
    ("title", "hours", "outlet", "link"),
    [
        ("강가의 하루", 12, "강가신문", "same"),
        ("강가의 하루", 12.1, "강가신문", "part"),
        ("산에 눈이 온다", 12, "강가신문", "part"),
        ("강가의 하루", 12, "나루신문", "part"),
    ],
)
def test_what_one_outlet_adds_to_a_report_within_half_a_day_is_an_update(
    title: str, hours: float, outlet: str, link: str
) -> None:
    small = text(1, LETTERS[:150], **ONE_OUTLET)
    large = text(2, LETTERS, title, outlet=outlet, seen=SEEN + timedelta(hours=hours))
    assert judge(small, large, FoldOptions()).link == link


@pytest.mark.parametrize(
    ("title", "hours", "link"),
    [
        (LONG_TITLE, 12, "same"),
        (LONG_TITLE, 12.1, "derivative"),
        ("가" * 10, 1, "same"),
        ("가" * 9, 1, "derivative"),  # heads a column, not a report
    ],
)
def test_half_a_text_under_one_long_title_of_one_outlet_is_a_report_told_anew(
    title: str, hours: float, link: str
) -> None:
    one = text(1, LETTERS[:300], title, **ONE_OUTLET)
    other = f"{LETTERS[:180]}{LETTERS[399:279:-1]}"
    two = text(2, other, title, seen=SEEN + timedelta(hours=hours), **ONE_OUTLET)
    assert judge(one, two, FoldOptions()).link == link


@pytest.mark.parametrize(
    ("titles", "hours", "link"),
    [
        ((LETTERS[:10], LETTERS[20:30]), 24, "same"),  # both are about the text
        ((LETTERS[:10], LETTERS[20:30]), 24.1, "none"),
        ((LETTERS[:10], "산에 눈이 온다"), 1, "none"),
        (("강가의 하루", "강가의 하늘이"), 100, "same"),  # titles alike
    ],
)
def test_a_flash_under_two_titles_is_one_where_they_are_alike_or_about_it_within_a_day(
    titles: tuple[str, str], hours: float, link: str
) -> None:
    body = LETTERS[:39]
    two = text(2, body, titles[1], seen=SEEN + timedelta(hours=hours))
    assert judge(text(1, body, titles[0]), two, FoldOptions()).link == link


@pytest.mark.parametrize(
    ("edits", "width", "run", "link"),
    [
        (4, 8, 24, "reworked"),
        (4, 8, 25, "same"),  # what stays between the edits is a sentence
        (3, 12, 24, "same"),  # a sentence here and there
    ],
)
def test_edits_throughout_make_a_text_reworked(edits: int, width: int, run: int, link: str) -> None:
    whole, others = LETTERS[:320], iter(LETTERS[320:])
    pieces = []
    for place in range(edits):
        start = place * (run + width)
        pieces += [whole[start : start + run], *(next(others) for _ in range(width))]
    other = "".join(pieces) + whole[edits * (run + width) :]
    assert judge(text(1, whole), text(2, other), FoldOptions()).link == link


@pytest.mark.parametrize(
    ("before", "shared", "roundup", "link"),
    [
        (0, LETTERS[:44], True, "quote"),
        (0, LETTERS[:43], True, "none"),  # a turn of phrase
        (0, LETTERS[:44], False, "none"),
        (60, LETTERS[:60], True, "quote"),
        (61, LETTERS[:60], True, "none"),  # not the opening
        (0, f"{LETTERS[:30]}뷁{LETTERS[30:60]}", True, "quote"),
        (0, f"{LETTERS[:30]}뷁쀍꿹돫뷂{LETTERS[30:60]}", True, "none"),
    ],
)
def test_a_roundup_quotes_a_text_whose_opening_it_has(
    before: int,
    shared: str,
    roundup: bool,  # noqa: FBT001 - a table
    link: str,
) -> None:
    own = iter(LETTERS[110:])  # where the roundup has other letters
    plain = "".join(letter if letter in LETTERS else next(own) for letter in shared)
    other = text(1, LETTERS[200 : 200 + before] + plain + LETTERS[261:350])
    holder = text(2, LETTERS[350:400] + shared + LETTERS[150:199], roundup=roundup)
    assert judge(holder, other, FoldOptions()).link == link
