"""Masking: nothing readable is left, everything that our rules read by is."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import UsageError
from processing.reading.bylines import is_name
from processing.reading.extract import extract
from processing.records import Article, Rights
from spiders.outlet import identify
from spiders.outlets import outlets
from spiders.scouting import prose
from spiders.scouting.fixtures import (
    Mask,
    differences,
    is_mostly_latin,
    keep,
    kept,
    masked_record,
    noted,
    shrunk,
    surnames,
    vocabulary,
)
from spiders.scouting.freezing import check_licence, masked
from tests.spiders import layouts

HANGUL = re.compile("[가-힣]+")
syllables = st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣"))


def mask(seed: int = 1, *kept: str) -> Mask:
    return Mask(Random(seed), kept)  # noqa: S311 - a test repeats itself


def test_words_go_and_layout_stays() -> None:
    page = '<p class="새">나룻배가 20일 1.2m를 건넜다.</p><!-- <b>나룻배가</b> -->'
    hidden = mask().text(page)
    assert "나룻배" not in hidden
    assert re.sub(HANGUL, "", hidden) == re.sub(HANGUL, "", page)
    assert [len(run) for run in HANGUL.findall(hidden)] == [
        len(run) for run in HANGUL.findall(page)
    ]
    first, *_, last = (run for run in HANGUL.findall(hidden) if len(run) == 4)
    assert first == last, "the same word is masked alike wherever it stands"


def test_words_of_our_rules_stay_and_ends_of_sentences() -> None:
    text = "입력 2026.11.20. 오후 3:07 나룻배 기자 무단전재 및 재배포 금지. 강을 건넜다."
    hidden = mask().text(text)
    for stayed in ("입력", "오후", "기자", "금지"):
        assert stayed in vocabulary()
        assert stayed in hidden
    assert hidden.endswith("다.")
    assert "나룻배" not in hidden


def test_the_outlet_s_own_name_can_be_kept() -> None:
    assert mask(1, "새터신문").text("새터신문 나룻배").startswith("새터신문 ")
    assert "새터신문" not in mask().text("새터신문 나룻배")


def test_every_spelling_of_a_word_is_masked() -> None:
    word = "나룻배"
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in word)
    entities = "".join(f"&#{ord(letter)};" for letter in word) + "".join(
        f"&#x{ord(letter):X};" for letter in word
    )
    percent = "%EB%82%98%EB%A3%BB%EB%B0%B0"
    hidden = mask().text(f"{word} {escaped} /{percent}.jpg {entities}")
    shown = mask().text(word)
    assert word not in hidden
    assert escaped not in hidden
    assert percent not in hidden
    assert hidden.startswith(f"{shown} {shown} /%")
    assert mask().text("a=%20b%2F%E3%80%80 100%") == "a=%20b%2F%E3%80%80 100%"


def test_a_person_s_address_loses_its_name_and_a_desk_keeps_its_own() -> None:
    hidden = mask().text("boat.keeper@saeteo.example")
    assert re.fullmatch(r"[a-z]{4}\.[a-z]{6}@saeteo\.example", hidden)
    assert "boat" not in hidden


@pytest.mark.parametrize("name", ["한소라", "최승진", "백지연", "남궁민", "류영상"])
def test_a_name_stays_a_name(name: str) -> None:
    hidden = mask().text(name)
    assert hidden != name
    assert is_name(hidden)


def test_surnames_are_those_of_the_rules() -> None:
    assert {"김", "이", "박"} <= surnames()
    assert "쫌" not in surnames()


@given(st.lists(st.text(syllables, min_size=5, max_size=12), min_size=1, max_size=8), st.integers())
def test_no_long_word_survives(words: list[str], seed: int) -> None:
    text = " ".join(words)
    hidden = mask(seed).text(text)
    known = "".join(word for word in vocabulary() if word in text)
    for word in words:
        rest = [letter for letter in word if letter not in known]
        assert len(rest) < 4 or word not in hidden


@given(st.text(alphabet="가나다라마바사 .,<>\"'&;=/u0123456789abcnews", max_size=80), st.integers())
def test_masking_keeps_the_length_of_every_run_and_all_between(text: str, seed: int) -> None:
    hidden = mask(seed).text(text)
    assert re.sub("[가-힣]", "가", hidden) == re.sub("[가-힣]", "가", text)


@given(st.text(syllables, max_size=40))
def test_masked_text_fits_every_korean_charset(text: str) -> None:
    hidden = "".join(letter for letter in mask().text(text) if letter not in text)
    kept = "".join(vocabulary())
    assert all(letter in kept or letter.encode("euc-kr") for letter in hidden)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.full] if place % 3 else [])
        for place, name in enumerate(sorted(layouts.SHOWN.values()))
    ],
)
def test_a_masked_page_reads_as_the_masked_reading(name: str) -> None:
    outlet = outlets()[name]
    page = layouts.page_of(outlet)
    record = layouts.read(outlet, page)
    assert isinstance(record, Article)
    hidden, expected = masked(page, record, outlet)
    assert differences(layouts.read(outlet, hidden), expected) == []
    assert "나룻배" not in hidden.body.decode()
    assert layouts.REPORTER not in hidden.body.decode()
    assert len(expected.text) == len(record.text)
    assert expected.published == record.published
    assert expected.article_id == record.article_id
    assert expected.version_id != record.version_id


def test_a_page_that_would_read_otherwise_is_refused() -> None:
    outlet = outlets()["mediatoday"]
    page = layouts.page_of(outlet)
    record = layouts.read(outlet, page)
    assert isinstance(record, Article)
    forged = record.model_copy(
        update={"section": "날씨", "text": record.text + "\n\n없는 문단이다."}
    )
    with pytest.raises(UsageError, match=r"text.*section|section.*text"):
        masked(page, forged, outlet)


def test_a_text_in_latin_letters_is_refused() -> None:
    assert is_mostly_latin("The ferry crosses the river again 나룻배")
    assert not is_mostly_latin("나룻배가 강을 건넌다 (AI)")
    outlet = outlets()["mediatoday"]
    page = layouts.page_of(outlet)
    record = layouts.read(outlet, page)
    assert isinstance(record, Article)
    with pytest.raises(UsageError, match="Latin"):
        masked(
            page, record.model_copy(update={"text": "The ferry crosses the river again."}), outlet
        )


def test_an_undecodable_page_is_refused() -> None:
    outlet = outlets()["mediatoday"]
    page = layouts.page_of(outlet)
    record = layouts.read(outlet, page)
    assert isinstance(record, Article)
    with pytest.raises(UsageError, match="cannot be decoded"):
        masked(replace(page, body=b""), record, outlet)


def test_ids_and_addresses_are_not_masked() -> None:
    outlet = outlets()["mediatoday"]
    record = layouts.read(outlet, layouts.page_of(outlet))
    assert isinstance(record, Article)
    hidden = masked_record(record, mask())
    assert (hidden.url, hidden.fetched_url, hidden.publisher_id) == (
        record.url,
        record.fetched_url,
        record.publisher_id,
    )
    assert hidden.version_id.startswith(record.article_id)


@pytest.mark.parametrize(
    ("url", "licence", "allowed"),
    [
        ("https://www.korea.example/1", "KOGL-1", True),
        ("https://www.korea.example/1", "CC-BY", True),
        ("https://www.korea.example/1", "KOGL-4", False),
        ("https://www.korea.example/1", "CC-BY-ND", False),
        ("https://www.korea.example/1", "CC-BY-NC", False),
        ("https://www.korea.example/1", None, False),
        ("http://sollae.press.test:8123/1", None, True),
        ("http://press.test.evil.example/1", None, False),
    ],
)
def test_clear_pages_need_a_licence(url: str, licence: str | None, *, allowed: bool) -> None:
    outlet = outlets()["mediatoday"]
    record = layouts.read(outlet, layouts.page_of(outlet))
    assert isinstance(record, Article)
    marked = record.model_copy(update={"url": url, "rights": Rights(licence=licence)})
    if allowed:
        check_licence(marked)
    else:
        with pytest.raises(UsageError, match="without --clear"):
            check_licence(marked)


PEOPLE = """<html><head><title>Mina Halloway 나루터에 서다</title><meta property="og:title" content="Mina Halloway 나루터에 서다">
<meta name="author" content="Mina Halloway"><meta name="twitter:site" content="@mina_halloway">
<link rel="me" href="https://www.instagram.com/mina.halloway"><link rel="stylesheet" href="/css/halloway.css">
<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Mina Halloway"}, "image": "https://x.example/p/halloway_ferry-3.jpg"}</script></head>
<body class="halloway news"><img src="/photo/halloway_ferry-3.jpg" alt="Mina Halloway"><p>Mina Halloway(@mina_halloway)는 02-345-6789로 답했다.
&amp;quot;MINA&amp;quot; mina.halloway@golja.example instagram.com/mina.halloway 010 2345 6789 1588-2345</p></body></html>"""


def test_latin_names_handles_telephones_and_files_go() -> None:
    hidden = mask().page(PEOPLE)
    prose_of = hidden.replace('class="halloway news"', "").replace("/css/halloway.css", "")
    for word in (
        "Mina",
        "MINA",
        "Halloway",
        "mina",
        "halloway",
        "345-6789",
        "2345 6789",
        "1588-2345",
        "ferry",
    ):
        assert word not in prose_of, word
    assert 'class="halloway news"' in hidden
    assert 'href="/css/halloway.css"' in hidden
    assert '"@type": "NewsArticle"' in hidden
    assert hidden.count("@golja.example") == 1
    assert "02-" in hidden
    assert "&amp;quot;" in hidden


def test_what_stands_twice_is_masked_alike() -> None:
    hidden = mask().page(PEOPLE)
    names = re.findall(r"<title>(\w+ \w+) |content=\"(\w+ \w+) |alt=\"(\w+ \w+)\"", hidden)
    assert len({next(filter(None, found)) for found in names}) == 1
    files = re.findall(r"([\w-]+\.jpg)", hidden)
    assert len(files) == 2
    assert len(set(files)) == 1


@pytest.mark.parametrize(
    "text", ["2026-11-20 08:12", "1,500-2,000", "2026-1120-1234", "12-1234-12345", "3.14-1592"]
)
def test_dates_and_sums_are_no_telephone_numbers(text: str) -> None:
    assert mask().text(text) == text


@given(st.text(alphabet="<>/=\"' abcAB가나&;-!", max_size=80))
def test_only_prose_is_changed(html: str) -> None:
    assert prose.changed(html, lambda text: text) == html
    for tag in re.findall(r"<b class=\"[a-z]*\">", html):
        assert tag in prose.changed(html, str.upper)


@given(st.sets(st.integers(0, 40), max_size=41), st.sets(st.integers(0, 40), max_size=5))
def test_the_fewest_words_that_hold_are_found(words: set[int], needed: set[int]) -> None:
    names, wanted = [str(word) for word in sorted(words | needed)], {str(word) for word in needed}
    assert set(shrunk(names, lambda left: wanted <= set(left), 10_000)) == wanted
    assert wanted <= set(shrunk(names, lambda left: wanted <= set(left), 3))


def test_hardly_a_syllable_of_a_page_stays() -> None:
    outlet = outlets()["mediatoday"]
    page = layouts.page_of(outlet)
    record = layouts.read(outlet, page)
    assert isinstance(record, Article)
    hidden, expected = masked(page, record, outlet)
    pairs = [(a, b) for a, b in zip(record.text, expected.text, strict=True) if "가" <= a <= "힣"]
    assert sum(a == b for a, b in pairs) < 0.05 * len(pairs)
    assert len(hidden.body.decode()) == len(page.body.decode())


def test_a_slug_in_hangul_is_masked_and_kept(tmp_path: Path) -> None:
    outlet = outlets()["byte"]
    url = "https://www.mydailybyte.com/post/나룻배-다시-뜬다-2512"
    found = identify(outlet, url)
    assert found
    page = replace(layouts.page_of(outlet), url=url)
    record = extract(page, outlet.rules[-1], url=found.url, publisher_id=found.key)
    assert isinstance(record, Article)
    hidden, expected = masked(page, record, outlet)
    path = keep(tmp_path / "byte", hidden, expected, "masked")
    assert path.name == f"{expected.article_id}.html.gz"
    (one,) = kept(tmp_path)
    again = identify(outlet, one.page.url)
    assert again
    assert quote("나룻배") not in again.url
    assert (
        noted(extract(one.page, outlet.rules[-1], url=again.url, publisher_id=again.key))
        == one.expected
    )
