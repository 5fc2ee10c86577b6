"""What a document holds is counted before it is parsed, and what is too much is refused at once."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from processing.limits import (
    MAX_ATTRIBUTES,
    MAX_TAGS,
    MAX_VALUES,
    ExcessError,
    check_html,
    check_xml,
    most_attributes,
    parse_json,
    unescape,
)
from processing.records import Reason, Rejection

DISGUISES = [
    "{}",
    "x='>' {}",
    'x="<p" {}',
    "<!-- {}",
    "/ / {}",
    "\x00 {}",
    "\n\t\f {}",
    "<p x=\"'\" {} y='\"'",
]
"""Beginnings of a tag after which a scan by a pattern of ours would miscount."""


@pytest.mark.parametrize("disguise", DISGUISES)
def test_attributes_are_counted_as_the_parser_counts_them(disguise: str) -> None:
    many = " ".join(f"a{number}='>'" for number in range(MAX_ATTRIBUTES * 10))
    with pytest.raises(ExcessError, match="more than 2000 attributes"):
        check_html(f"<html><body><p {disguise.format(many)}>text".encode(), elements=10)


def test_as_many_attributes_as_a_page_may_have_pass() -> None:
    tags = "".join(
        f"<p {' '.join(f'a{number}' for number in range(MAX_ATTRIBUTES))}>" for _ in range(20)
    )
    check_html(tags.encode(), elements=100)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ("a", "b", "c'", 'd"', "=", "'", '"', "/", " ", "\n", "\f", "<p", ">", "가", "-")
        ),
        max_size=60,
    )
)
def test_no_element_has_more_attributes_than_are_estimated(parts: list[str]) -> None:
    # Names that are there twice count once for the parser.
    tag = "".join(
        f"{part}{number}" if part.isalpha() else part for number, part in enumerate(parts)
    )
    body = f"<html><body><p {tag}>text</p>".encode()
    root = etree.fromstring(body, etree.HTMLParser(encoding="utf-8"))
    assert max(len(element.attrib) for element in root.iter(etree.Element)) <= most_attributes(body)


@pytest.mark.parametrize(("count", "indent"), [(9_000, b" "), (20_000, b" "), (9_000, b"\n   ")])
def test_attributes_of_a_long_page_are_estimated_by_its_words(count: int, indent: bytes) -> None:
    names = indent.join(b"name%d" % number for number in range(count))
    assert count <= most_attributes(b"<p " + names + b">") <= count + 20


def test_a_page_that_cannot_have_many_attributes_is_not_tokenized(monkeypatch) -> None:
    monkeypatch.setattr("lxml.etree.HTMLParser", None)
    check_html(b"<p class=a>text</p>" * 5_000, elements=20_000)
    with pytest.raises(TypeError):
        check_html(b"<p class=a>text</p>" * 5_000, elements=9_000)
    with pytest.raises(TypeError):
        check_html(b"<p class=a>text</p>" * 5_000 + b"<p" + b" a" * 16_000, elements=20_000)


def test_elements_are_counted_and_what_only_looks_like_one_is_not() -> None:
    check_html(b"<script>" + b"<p>" * 50_000 + b"</script>", elements=100)
    with pytest.raises(ExcessError, match="more than 100 elements"):
        check_html(b"<p>" * 50_000, elements=100)


def test_tags_of_xml_are_counted() -> None:
    check_xml(b"<a/>" * MAX_TAGS)
    with pytest.raises(ExcessError):
        check_xml(b"<a/>" * MAX_TAGS + b"<")


@pytest.mark.parametrize(
    "document", ["[" * 5_000, '{"a":' * 100_000, "[" * MAX_VALUES + "]", b"[" * 200_000]
)
def test_json_that_is_too_deep_or_too_large_is_no_json(document: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"nested too deep|more than 1000000 values"):
        parse_json(document)


@pytest.mark.parametrize(
    "unsafe", ["\x1b[31m", "\u202e", "\u2066", "\x9b", "\ud800", "\x00", "\ufeff"]
)
def test_evidence_steers_no_terminal(unsafe: str) -> None:
    rejection = Rejection(
        outlet="handeul",
        url="https://www.handeul.test/news/1",
        fetched_at=datetime(2026, 11, 20, tzinfo=UTC),
        reason=Reason.NOT_ARTICLE,
        evidence=f"가{unsafe}나\n\t",
    )
    assert rejection.evidence == f"가\\u{ord(unsafe[0]):04x}{unsafe[1:]}나\n\t"


@pytest.mark.parametrize(
    "reference", ["&#" + "9" * 5000 + ";", "&#x" + "f" * 5000, "&#" + "9" * 20]
)
def test_a_reference_of_too_many_digits_is_no_character_and_no_error(reference: str) -> None:
    assert unescape(f"가{reference}나 &amp; &#44032;") == "가\ufffd나 & 가"
