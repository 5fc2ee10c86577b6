"""Damaged and hostile pages: every one ends as an article or a rejection, and no rule of ours throws.

The mutations are those of broken servers and of attackers. `corpus` keeps what a mutation once broke.
"""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.inspection.kept_pages import PageLimits, Sandbox, Task
from processing.reading.extract import extract
from processing.records import Article, Page, Reason, Rejection
from tests.processing.reading.layouts import LAYOUTS
from tests.processing.reading.stories import Story

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
PAGES = [layout(Story()).encode() for layout in LAYOUTS.values()]
SPLINTERS = [
    b"<div>", b"</div>", b"<p>", b"<table><tr><td>", b"<script>", b"</script>", b"<!--", b"-->", b"<![CDATA[", b"&#27;[31m", b"&amp;quot;",
    b'<script type="application/ld+json">[{"@graph":', b"\x00", b"\xff\xfe", b"\xb0\xa1", "다.".encode(), b'<p style="display:none">',
    b'<meta property="article:published_time" content="9999-99-99">', b'<article itemprop="articleBody">', b"<br>" * 40, b"<b>", b'<a href="//[::1">',
    b'<link rel="canonical" href="javascript:alert(1)">', b'<meta charset="utf-7">', b"<frameset>", b"<svg><style>", b"\xed\xa0\x80",
]  # fmt: skip


def page(body: bytes, **fields) -> Page:
    return Page(url="https://www.handeul.test/news/7", fetched_at=FETCHED, body=body, **fields)


def ends(body: bytes, **fields) -> Article | Rejection:
    result = extract(page(body, **fields))
    assert isinstance(result, Article | Rejection)
    assert result.model_dump_json()
    if isinstance(result, Article):
        assert result.published is None or result.published.at <= FETCHED.replace(minute=15)
        shown = f"{result.title}{result.text}{result.section}{result.captions}{result.authors}"
        assert not any(character in shown for character in "\x00\x07\x1b\x9b\u202e")
    else:
        assert result.evidence
    return result


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(PAGES)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(body) - 1))
        match draw(st.sampled_from(["cut", "flip", "drop", "insert", "double", "swap"])):
            case "cut":
                del body[max(place, 40) :]
            case "flip":
                body[place] ^= 1 << draw(st.integers(0, 7))
            case "drop":
                del body[place : place + draw(st.integers(1, 400))]
            case "insert":
                body[place:place] = draw(st.sampled_from(SPLINTERS)) * draw(st.integers(1, 30))
            case "double":
                body[place:place] = body[place : place + 500]
            case "swap":
                body[place : place + 200] = reversed(body[place : place + 200])
        if not body:
            return b""
    return bytes(body)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(mutated(), st.sampled_from([None, "utf-8", "euc-kr", "utf-16", "nonsense"]))
def test_a_mutated_page_ends_as_an_article_or_a_rejection(body, charset):
    ends(body, charset=charset)


@settings(max_examples=50)
@given(st.binary(max_size=2000))
def test_any_bytes_end(body):
    ends(body)


@pytest.mark.full
def test_ten_thousand_mutated_pages_end_in_their_sandbox():
    sandbox = Sandbox(PageLimits(seconds=10))

    @settings(max_examples=10_000, suppress_health_check=list(HealthCheck), database=None)
    @given(mutated())
    def one(body):
        assert isinstance(sandbox.read(Task(page(body))), Article | Rejection)

    try:
        one()
    finally:
        sandbox.close()


def inserted(what: str, before: str = "<figure") -> bytes:
    return (
        LAYOUTS["ndsoft"](Story())
        .replace(before, what + before, 1)
        .encode("utf-8", "surrogatepass")
    )


HOSTILE = {
    "nested": inserted("<div>" * 100_000),
    "nested inline": inserted("<span>" * 50_000 + "가"),
    "siblings": inserted("<p>문장이 하나 있다.</p>" * 100_000),
    "line breaks": inserted("문장이 하나 있다.<br>" * 40_000),
    "attribute": inserted(f'<p title="{"가" * 1_000_000}">나</p>'),
    "class": inserted(f'<p class="{"title " * 100_000}">나</p>'),
    "script": inserted("<script>var a=" + '{"a":' * 50_000 + "</script>"),
    "json-ld": inserted('<script type="application/ld+json">' + "[" * 20_000 + "</script>"),
    "surrogate": inserted(
        '<script type="application/ld+json">{"@type":"NewsArticle","articleSection":"\\ud800\\u001b[31m"}</script>'
    ),
    "flight": inserted('<script>self.__next_f.push([1,"' + "a:T5," * 20_000 + '"])</script>'),
    "metas": inserted('<meta property="og:title" content="가">' * 20_000, "</head>"),
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>'
    + inserted("&d;" * 1000),
    "nul": PAGES[0].replace(b"<p>", b"<p>\x00\x00"),
    "bomb": gzip.compress(b"a" * 100_000_000, 1),
    "broken gzip": gzip.compress(PAGES[0])[:300] + b"x" * 200,
    "every byte": bytes(range(256)) * 2000,
    "frames": b"<frameset><frame src=a></frameset>",
    "feed": "<rss><channel><item><title>가</title></item></channel></rss>".encode(),
    "johab": LAYOUTS["ndsoft"](Story()).encode("johab", "replace"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends(name):
    ends(HOSTILE[name])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nested", Reason.UNREADABLE),
        ("siblings", Reason.TOO_LARGE),
        ("line breaks", Reason.TOO_LARGE),
        ("bomb", Reason.TOO_LARGE),
        ("broken gzip", Reason.UNREADABLE),
        ("johab", Reason.UNREADABLE),
    ],
)
def test_why_a_hostile_page_is_rejected(name, reason):
    assert ends(HOSTILE[name]).reason is reason


@pytest.mark.parametrize(
    "name", ["attribute", "class", "script", "json-ld", "surrogate", "flight", "metas", "nul"]
)
def test_the_article_survives_what_stands_beside_it(name):
    assert Story().text in ends(HOSTILE[name]).text


def test_gzip_that_the_transport_left_is_undone():
    assert ends(gzip.compress(PAGES[0])).text == Story().text


RUNS = (
    "|",
    "| ",
    "▶",
    "“",
    "AI ",
    "(",
    "[",
    "기자 ",
    "2026.",
    "사진=",
    "<br>",
    "&",
    "\\",
    "a@",
    "·",
)


@pytest.fixture(scope="module")
def sandbox():
    one = Sandbox()
    yield one
    one.close()


@pytest.mark.parametrize("mark", RUNS)
def test_a_run_of_one_mark_is_read_before_the_sandbox_ends_it(sandbox, mark):
    """A pattern that tries a run anew from each of its places needs minutes for it, and a crawl has no sandbox."""
    record = sandbox.read(
        Task(page(inserted(f"<p>물길 공사 {mark * (150_000 // len(mark))} 끝</p>")))
    )
    assert isinstance(record, Article) or "took more than" not in record.evidence


@pytest.mark.parametrize("mark", ['"', '\\"', '{"', "/* ", "//", "\\", ", "])
def test_a_broken_script_of_one_mark_is_read_before_the_sandbox_ends_it(sandbox, mark):
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle" {mark * (900_000 // len(mark))}</script>'
    assert Story().text in sandbox.read(Task(page(inserted(script)))).text


ROWS = {
    "dates": inserted(f"<p>{'2026.01.01 ' * 16}까지</p>"),
    "tags": inserted(f"<p>{'#물길,,,,, ' * 16}# 끝</p>"),
    "buttons": inserted(f"<p>{'좋아요 ' * 40}하나</p>"),
    "credits": inserted("".join(f"<p>{'[사진 사진 제공]' * 11}{n}</p>" for n in range(200))),
    "comments": b"<!-- a -->\n" * 40 + PAGES[0],
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_what_is_no_text_is_read_before_the_sandbox_ends_it(sandbox, name):
    """A pattern that can split such a row in many ways tries them all where the row ends otherwise."""
    assert Story().text in sandbox.read(Task(page(ROWS[name]))).text
