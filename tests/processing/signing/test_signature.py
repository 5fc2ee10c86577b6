"""Stored signatures outlive releases: golden values, and a version that covers every parameter."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.signing import documents, shingles
from processing.signing.canonical import canonical, facts, readable, value
from processing.signing.documents import Features, FoldOptions, Thresholds, number
from processing.signing.marks import differences, marks_of, sums
from processing.signing.shingles import (
    Said,
    common,
    distinct,
    line_hash,
    rolling,
    sampled,
    shingle_hashes,
    sketches,
)
from processing.signing.shingles import (
    keys_of as hashed,
)
from tests.processing.dedupe.made import LIBRARY, RIVER

FEATURES = Features()
WORDS = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xAC40), min_size=5, max_size=400)


def keys_of(*said: Said, features: Features = FEATURES) -> list[list[int]]:
    found = sketches(said, features)
    return [sorted(set(found.keys[found.places == place].tolist())) for place in range(len(said))]


def test_golden_values_of_every_layer() -> None:
    text = canonical(RIVER).replace("\n", "")
    assert number("0123456789abcdef-0123456789ab") == -4898455463867831138
    assert line_hash("가나다") == -6587074458561019061
    assert [int(each) for each in rolling("가나다라마바", 5)] == [
        1671394985485478479,
        7740864883850357417,
    ]
    keys = keys_of(Said(text, "가", "나", "a"))[0]
    assert (len(keys), keys[0], keys[-1]) == (19, 2665310337, 67785169737)
    _, marks = next(marks_of([text], [7]))
    assert (len(marks), marks[0], marks[-1]) == (34, 190706192, 28516228)
    _, marks = next(marks_of([text], [line_hash("가나다")]))
    assert (len(marks), marks[0], marks[-1]) == (34, -1129191060, -1567425618)


@pytest.mark.parametrize(("length", "more"), [(9, 0), (10, 6), (79, 6), (80, 0)])
def test_a_short_text_has_some_of_its_shingles_as_keys(length: int, more: int) -> None:
    said = Said(canonical(RIVER).replace("\n", "")[:length], "가", "나", "a")
    without = keys_of(said, features=replace(FEATURES, brief=0))[0]
    with_them = keys_of(said, features=replace(FEATURES, brief=80))[0]
    assert {*without} <= {*with_them}
    assert len(with_them) - len(without) == more


def test_the_fingerprint_of_today() -> None:
    assert FoldOptions().fingerprint == "1cc4212b381e", (
        "a parameter changed: old and new signatures must not mix; write the new one here"
    )


def test_a_text_of_one_character_has_keys_where_no_length_is_asked_for_and_none_has_none() -> None:
    one, none = sketches(
        [Said("가", "", "", ""), Said("", "", "", "")], replace(FEATURES, shortest=0)
    ).near
    assert (one, none) == (int(rolling("가", 1).view(np.int64)[0]), 0)


@pytest.mark.parametrize("name", [each.name for each in fields(Features)])
def test_every_feature_is_in_the_fingerprint(name: str) -> None:
    now = getattr(Features(), name)
    other = (
        (now[0] * 2, now[1])
        if isinstance(now, tuple)
        else (not now if isinstance(now, bool) else now + 1)
    )
    assert (
        FoldOptions(features=replace(Features(), **{name: other})).fingerprint
        != FoldOptions().fingerprint
    )


@pytest.mark.parametrize("name", [each.name for each in fields(Thresholds)])
def test_every_threshold_is_in_the_fingerprint(name: str) -> None:
    now = getattr(Thresholds(), name)
    other = not now if isinstance(now, bool) else now / 2
    assert (
        FoldOptions(thresholds=replace(Thresholds(), **{name: other})).fingerprint
        != FoldOptions().fingerprint
    )


@pytest.mark.parametrize("name", ["NORMALISER", "LAYOUT", "RULES"])
def test_the_normaliser_the_layout_and_the_rules_are_in_the_fingerprint(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = FoldOptions().fingerprint
    monkeypatch.setattr(documents, name, 999)
    assert FoldOptions().fingerprint != before


def test_the_window_and_the_machine_are_not() -> None:
    other = FoldOptions(window_days=7, threads=8, memory_limit="9GB", outlet_names={"가": "나"})
    assert other.fingerprint == FoldOptions().fingerprint


@given(left=WORDS, right=WORDS)
def test_common_counts_what_sets_share(left: str, right: str) -> None:
    one, other = shingle_hashes(left, 5), shingle_hashes(right, 5)
    assert common(one, other).tolist() == sorted(set(one.tolist()) & set(other.tolist()))


@given(texts=st.lists(st.one_of(st.just(""), WORDS), max_size=6), owner=st.integers(-9, 9))
def test_marks_are_read_as_they_were_stored(texts: list[str], owner: int) -> None:
    owners = [line_hash(str(owner))] * len(texts)
    marks = [each for _, each in marks_of([canonical(text) for text in texts], owners)]
    stored = [differences(each) for each in marks]
    starts = np.cumsum([0, *(each.size for each in stored)])
    read = sums(np.concatenate([np.empty(0, np.int32), *stored]), starts)
    assert read.tolist() == [mark for each in marks for mark in distinct(each).tolist()]


@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(["무단 전재 금지", "", LIBRARY, LIBRARY * 3]), WORDS), max_size=5
    ),
    owner=st.integers(-1, 1),
)
def test_marks_of_a_text_depend_on_no_other_one(drawn: list[tuple[str, str]], owner: int) -> None:
    texts = [canonical(f"{words}{text}") for text, words in drawn]
    owners = [owner * line_hash(text) for text in texts]
    for place, (places, marks) in enumerate(marks_of(texts, owners)):
        ((alone, mine),) = marks_of(texts[place : place + 1], owners[place : place + 1])
        assert (places.tolist(), marks.tolist()) == (alone.tolist(), mine.tolist())


def test_28_bits_of_a_mark_are_the_passages_and_the_highest_are_the_outlets() -> None:
    # With 23 bits, ten texts among a hundred thousand of an outlet share a mark by chance.
    texts = "".join(f"무단 전재 {place:x} " for place in range(999)), LIBRARY * 9
    (_, marks), (_, others) = marks_of([canonical(text) for text in texts], [7, 7])
    said = marks[marks & 1 == 1]
    bits = [hex(np.bitwise_or.reduce(each ^ each[0])) for each in (said, others)]
    assert bits == ["0x1ffffffe", "0x1ffffffe"]


@given(text=WORDS)
def test_distinct_is_the_sorted_set(text: str) -> None:
    assert distinct(rolling(text, 3)).tolist() == sorted(set(rolling(text, 3).tolist()))


def test_a_short_passage_shares_keys_with_the_long_text_that_holds_it() -> None:
    text = canonical(LIBRARY * 3).replace("\n", "")
    for start in range(0, 200, 20):
        whole, middle = (
            set(sampled(rolling(each, FEATURES.passage), FEATURES).tolist())
            for each in (text, text[start : start + 120])
        )
        assert whole & middle, start


@given(text=WORDS, size=st.integers(1, 400))
def test_keys_of_a_longer_text_are_among_those_that_a_shorter_one_would_keep(
    text: str, size: int
) -> None:
    passages = rolling(text, FEATURES.passage)
    long, short = (set(sampled(each, FEATURES).tolist()) for each in (passages, passages[:size]))
    assert long & set(passages[:size].tolist()) <= short


SAID = st.builds(
    Said,
    st.one_of(
        st.text(st.sampled_from("가나다라"), max_size=200),
        st.integers(0, 300).map(lambda size: "가" * size),
        st.tuples(st.integers(0, 200), st.integers(0, 200)).map(
            lambda cut: RIVER[cut[0] : sum(cut)]
        ),
    ),
    st.sampled_from(["", "가", "[속보] 다리가 열린다", "다리 다리 다리 다리 다리 다리"]),
    st.sampled_from(["", "가람일보"]),
    st.sampled_from(["하나", "둘"]),
)


@given(said=st.lists(SAID, min_size=1, max_size=6), together=st.integers(1, 3))
def test_no_text_is_sketched_otherwise_beside_others(said: list[Said], together: int) -> None:
    alone = [sketches([each], FEATURES) for each in said]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "_TOGETHER", together)
        assert keys_of(*said) == [keys for each in said for keys in keys_of(each)]
        assert sketches(said, FEATURES).near.tolist() == [int(each.near[0]) for each in alone]


def test_channels_never_share_a_key() -> None:
    values = np.arange(50, dtype=np.uint64)
    assert not set(hashed(values, 1).tolist()) & set(hashed(values, 2).tolist())
    assert hashed(values, 1).min() >= 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ＡＢＣ　１２", "ABC 12"), ("R&amp;amp;D", "R&D"), ("Ramp;D", "RD"), ("lt;속보gt; 문을quot;", "속보 문을"), ("㎏", "kg"), ("a;b", "a;b"),
    ],
)  # fmt: skip
def test_entities_and_forms_are_mended(said: str, meant: str) -> None:
    assert readable(said) == meant


def test_the_canonical_text_has_no_blanks_marks_or_emoji_and_keeps_digits_and_lines() -> None:
    assert canonical("가나 다! (3.5%) ☀️ Ab_c\n\n𝄞 漢字 カナ") == "가나다35abc\n\n漢字カナ"


@given(st.text())
def test_canonical_is_idempotent_and_never_fails(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2천300억", "2,300억"),
        ("1만2천", "12,000"),
        ("9373만3703", "93,733,703"),
        ("3조 5천억", "3조5,000억"),
        ("007", "7"),
        ("1.5조", "1조5천억"),
    ],
)
def test_numbers_are_equal_by_value(one: str, other: str) -> None:
    assert value(one) == value(other)


@pytest.mark.parametrize("run", ["1.50", "0.5", "0", "12345678901234567891"])
def test_a_number_without_a_unit_stays_as_it_is_spelt(run: str) -> None:
    assert value(run) == run


def test_a_number_too_large_to_be_one_stays_as_it_is_spelt() -> None:
    assert value("9" * 400 + "만") == "9" * 400 + "만"
    assert facts(f"{'9' * 400}만 원") == [(0, "9" * 400 + "만")]


def test_facts_are_of_two_digits_and_more() -> None:
    assert facts("3명이 12일 오후 2천300억원, 0.75%") == [
        (4, "12"),
        (11, "230000000000"),
        (20, "0.75"),
    ]
    assert facts("글자뿐") == []
