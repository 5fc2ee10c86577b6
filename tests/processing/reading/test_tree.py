"""Bytes become characters whatever the page declares."""

import gzip
import unicodedata
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.reading import tree
from processing.reading.tree import (
    MAX_BYTES,
    RejectionCause,
    beginning_of,
    composed,
    decode,
    elements_of,
    parse,
    text_of,
)
from processing.records import Page, Reason

TEXT = "<p>똠방각하와 펲시는 한들시의 오래된 가게다. 이 가게는 물길 가에 있고 값이 싸다고 한다.</p>"  # 똠, 펲: CP949 beyond EUC-KR


def page(body: bytes, *, header: str | None = None, charset: str | None = None) -> Page:
    headers = (("Content-Type", header),) if header else ()
    return Page(
        url="https://a.test/",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        body=body,
        headers=headers,
        charset=charset,
    )


@pytest.mark.parametrize(
    "declared", ["euc-kr", "ks_c_5601-1987", "utf-8", "windows-949", "iso-8859-1", "no-such", ""]
)
@pytest.mark.parametrize("sent", ["cp949", "utf-8"])
def test_the_page_is_what_it_is(declared, sent):
    markup = f'<meta charset="{declared}">{TEXT}'
    assert decode(page(markup.encode(sent))) == markup
    assert decode(page(TEXT.encode(sent), header=f"text/html; charset={declared}")) == TEXT
    assert decode(page(TEXT.encode(sent), charset=declared)) == TEXT


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marks_and_wide_characters(name):
    assert decode(page(TEXT.encode(name))) == TEXT


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_markup_though_some_syllables_end_in_zero(name):
    text = "<p>" + "a" * 157 + "가" * 36 + "</p>"  # U+AC00: a zero byte, too
    assert decode(page(text.encode(name))) == text


@pytest.mark.parametrize(
    ("familiar", "syllables", "is_text"),
    # Of a hundred syllables and fewer nothing can be told.
    [(40, 1000, True), (39, 1000, False), (0, 100, True), (0, 101, False)],
)
def test_a_page_with_undecodable_bytes_has_the_syllables_of_korean(familiar, syllables, is_text):
    text = "<p>" + "다" * familiar + "쿄" * (syllables - familiar)
    decoded = decode(page(text.encode() + b"\xff</p>", charset="utf-8"))
    if is_text:
        assert decoded == f"{text}\ufffd</p>"
    else:
        assert decoded.reason is Reason.UNREADABLE


def test_nothing_but_elements_is_in_a_tree():
    root = parse("<?xml version='1.0'?><!-- 가 --><p>나<?php echo '다' ?><!-- 라 -->마</p>")
    assert all(isinstance(node.tag, str) for node in root.iter())
    assert "".join(root.find("body").itertext()) == "나마"


def test_a_declared_charset_that_is_right_is_taken():
    text = "<p>日本語の記事です。これは文字コードの試験です。</p>"
    assert decode(page(text.encode("shift_jis"), header="text/html; charset=Shift_JIS")) == text


@pytest.mark.parametrize("most", [1, 3, 8, 60])
@pytest.mark.parametrize(
    "inner",
    [
        "사회 &gt; <b>정치</b> 일반",
        "<script>가</script> 사회 <i>정치</i><style>b</style>&gt;경제",
        f"{'<b>' * 50}사회{'</b>' * 50} 정치",
        "",
    ],
)
def test_the_beginning_of_a_block_is_that_of_its_text(inner, most):
    (block,) = parse(f"<body><div>{inner}</div>뒤</body>").iter("div")
    beginning = beginning_of(block, most)
    assert text_of(block).startswith(beginning)
    assert beginning == text_of(block) or len(beginning) > most


def test_of_a_long_text_only_a_piece_is_looked_at():
    (block,) = parse(f"<body><div>{'물' * 100_000}<b>길</b></div></body>").iter("div")
    assert beginning_of(block, 10) == "물" * 4096


def test_elements_are_gathered_by_what_their_attributes_say():
    root = parse(
        "<body><a href='/1'>가</a><a href='/2' class='more'>나</a><p style='color:red'>다</p>"
        "<p hidden>라</p><time datetime='2026-03-21'>마</time><b itemprop='datePublished'>바</b>"
        "<i id='more'>사</i><u title='자'>아</u></body>"
    )
    elements = elements_of(root)
    assert [node.tag for node, _ in elements.named] == ["a", "b", "i"]
    assert [node.text for node in elements.styled] == ["다", "라"]
    assert [node.text for node in elements.timed] == ["마", "바"]
    assert [node.text for node, _ in elements.called(lambda marks: "more" in marks)] == ["나", "사"]
    assert not list(elements.called(lambda marks: "less" in marks))


def test_a_page_cut_inside_a_character_keeps_the_rest():
    assert decode(page(TEXT.encode()[:-5])) == TEXT.encode()[:-5].decode("utf-8", "ignore")


def test_a_few_broken_bytes_do_not_make_it_another_charset():
    body = TEXT.encode()
    assert "한들시의 오래된" in decode(page(body + b"\xff\xfe\xb0"))


@pytest.mark.parametrize("body", [b"", b"  \r\n", b"\x00\x00"])
def test_nothing_is_a_finding(body):
    assert decode(page(body)).reason is Reason.EMPTY


def test_too_much_is_a_finding():
    assert decode(page(b"a" * (MAX_BYTES + 1))).reason is Reason.TOO_LARGE


def test_controls_are_dropped():
    assert decode(page(b"a\x00\x07\x1bb\n")) == "ab\n"


@given(st.binary(max_size=300))
def test_any_bytes_are_characters_or_a_finding(body):
    result = decode(page(body))
    assert isinstance(result, RejectionCause) or "\x00" not in result


def test_hangul_in_parts_is_composed():
    text = "<p>새터강 나루터에 나룻배가 다시 선다</p>"
    assert decode(page(unicodedata.normalize("NFD", text).encode())) == text


PLANES = [chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000]
JOINING = [
    char
    for char in PLANES
    if unicodedata.combining(char)
    or unicodedata.normalize("NFC", char) != char
    or 0x1100 <= ord(char) < 0x1200
]


def test_no_character_is_passed_over_that_composition_changes():
    for char in PLANES:
        parts = unicodedata.normalize("NFD", char)
        for text in (char, parts, f"e{char}b", f"\uac00{char}"):
            assert composed(text) == unicodedata.normalize("NFC", text), ascii(text)


@given(
    st.lists(st.one_of(st.sampled_from(JOINING), st.sampled_from("aeo<= 가각\u304b")), max_size=12)
)
def test_a_text_is_composed_as_unicode_says(chars):
    text = "".join(chars)
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_text_of_many_parts_is_composed_to_its_end():
    text = "e\u0301 " * 5000
    assert composed(text) == "\u00e9 " * 5000


def test_a_page_that_holds_hardly_a_syllable_in_utf_8_is_not_decoded_so(monkeypatch):
    body = TEXT.encode("cp949")
    monkeypatch.setattr(
        tree, "_likeness", lambda text: 10 if "\ufffd" not in text else pytest.fail(text)
    )
    assert decode(page(body, charset="euc-kr")) == TEXT
    monkeypatch.undo()
    broken = TEXT.encode() + b"\xff<p>\xb0</p>"
    assert "물길 가에 있고" in decode(page(broken, charset="euc-kr"))


def test_gzip_that_breaks_off_is_no_page():
    packed = gzip.compress("<p>새터강 나루터에 나룻배가 다시 선다</p>".encode() * 50)
    found = decode(page(packed[: len(packed) * 2 // 3]))
    assert isinstance(found, RejectionCause)
    assert found.reason is Reason.UNREADABLE


def test_gathering_elements_takes_time_as_their_number_and_not_its_square():
    # libxml2 finds elements by attribute in quadratic time where it joins what it found.
    def seconds(count: int) -> float:
        markup = "".join(f"<p class=c id=i{number} rel=a hidden>" for number in range(count))
        root = parse(f"<html><body>{markup}</body></html>")
        times = []
        for _ in range(3):
            start = process_time()
            elements_of(root)
            times.append(process_time() - start)
        return min(times)

    assert seconds(20_000) < 12 * seconds(5_000)


def test_a_page_of_four_hundred_levels_is_read_and_none_of_more():
    # html and body are two of them.
    assert not isinstance(parse("<div>" * 398), RejectionCause)
    deeper = parse("<div>" * 399)
    assert isinstance(deeper, RejectionCause)
    assert deeper.reason is Reason.UNREADABLE
