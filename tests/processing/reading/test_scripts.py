"""JSON in scripts, however templates wrote it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.reading import metadata
from processing.reading.metadata import Head, read_head
from processing.reading.scripts import find_article, values
from processing.reading.tree import parse
from tests.processing.reading.stories import MOUNTAIN

BODY = "\n".join(MOUNTAIN)


def scripts(*contents: str, kind: str = "") -> list:
    attribute = f' type="{kind}"' if kind else ""
    return list(
        values(parse("".join(f"<script{attribute}>{content}</script>" for content in contents)))
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": 1, // 설명\n "b": "http://c//d" /* 끝 */}', {"a": 1, "b": "http://c//d"}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "\\\\", /* 하나 */ "b": [1,]} /* 열린 채로', {"a": "\\", "b": [1]}),
        ('<!-- {"a": 1} -->', {"a": 1}),
        ('//<![CDATA[\n{"a": 1}//]]>', {"a": 1}),
        ('{"a": "줄\n바꿈"}', {"a": "줄\n바꿈"}),
        ('{"a": 1}</head><body>열린 채로', {"a": 1}),
        ("없음", None),
        ("[" * 50_000, None),
        ("", None),
    ],
)
def test_json_is_read_as_far_as_it_goes(text, value):
    assert metadata.loads(text) == value


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=20,
    )
)
def test_whatever_json_holds_is_walked(value):
    assert metadata.loads(json.dumps(value)) == value
    assert all(isinstance(one, dict) for one in metadata.objects(value))
    assert metadata.text(value) is None or isinstance(metadata.text(value), str)


def test_assignments_pushes_and_json_scripts():
    long = "가" * 300
    assert scripts(f'window.A = {{"a": "{long}"}}; B["c"] = [1]; d.push({{"e": 2}});') == [
        {"a": long},
        [1],
        {"e": 2},
    ]
    assert scripts(f'{{"a": "{long}"}}', kind="application/json") == [{"a": long}]
    assert scripts("var a = {b: 1}; " + long) == []


@pytest.mark.parametrize("kind", ["", "application/json"])
def test_a_script_without_hangul_holds_no_text_and_is_passed_over(kind):
    value = {"content": BODY}
    assert scripts(f"a = {json.dumps({'content': 'x' * 300})}", kind=kind) == []
    escaped = json.dumps(value)
    assert escaped.isascii()
    assert scripts(escaped if kind else f"a = {escaped}", kind=kind) == [value]


def test_flight_rows_refer_to_texts_by_their_length_in_bytes():
    text = "한들시\n5:물길" * 40
    stream = f'1:["$",null]\n24:T{len(text.encode()):x},{text}5:{json.dumps({"contentHtml": "$24", "other": "$99"})}\n'
    pushes = [
        f"self.__next_f.push({json.dumps([1, stream[:100]])})" + " " * 200,
        f"self.__next_f.push({json.dumps([1, stream[100:]])})" + " " * 200,
    ]
    assert scripts(*pushes) == [["$", None], {"contentHtml": text, "other": "$99"}]


def test_the_object_with_the_pages_title_goes_before_a_longer_one():
    others = [
        {"title": "다른 이야기", "content": BODY * 3},
        {"title": "물길을 다시 연다 하루 만에", "content": BODY},
    ]
    found = find_article([others], Head(title="물길을 다시 연다 하루 만에 - 한들신문"))
    assert found.title == "물길을 다시 연다 하루 만에"
    assert found.root.text_content().count(MOUNTAIN[0]) == 1


@pytest.mark.parametrize("key", ["description", "seoDescription", "style", "caption", "title"])
def test_a_description_is_no_body(key):
    assert find_article([{key: BODY}], Head()) is None


def test_the_facts_beside_a_body():
    one = {
        "title": "물길 <b>연다</b>",
        "contentHtml": f"<p>{BODY}</p>",
        "subTitle": "봄 착공",
        "regDate": "2026.03.21 14:05",
        "modDate": "2026.03.21 15:00",
        "reporterName": "표가람 기자",
        "taxonomy": {"primary_section": {"name": "사회"}},
    }
    found = find_article([one], Head())
    assert (found.title, found.subtitle, found.section) == ("물길 연다", "봄 착공", "사회")
    assert (found.published, found.modified, found.bylines) == (
        ("2026.03.21 14:05",),
        ("2026.03.21 15:00",),
        ("표가람 기자",),
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"content_elements": "x"},
        {"content_elements": [7, None, {"type": "text"}]},
        {
            "content_elements": [{"type": "list", "items": 7}],
            "headlines": 7,
            "credits": [],
            "taxonomy": 7,
        },
    ],
)
def test_broken_arc_content_is_no_article(broken):
    assert find_article([broken], Head()) is None


def test_declarations_of_a_head():
    root = parse(
        '<html lang="ko-KR"><head><title>물길 &amp;quot;연다&amp;quot;</title><link rel="canonical" href="/news/7"><meta name="Keywords" content="물길, 봄">'
        '<meta property="og:title" content=""><script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":["NewsArticle"],"headline":"물길"}]}</script></head></html>'
    )
    head = read_head(root, "https://www.handeul.test/a/b")
    assert (head.title, head.canonical, head.language) == (
        '물길 "연다"',
        "https://www.handeul.test/news/7",
        "ko-kr",
    )
    assert (
        head.first("og:title", "keywords"),
        head.article["headline"],
        head.every("keywords"),
    ) == (
        "물길, 봄",
        "물길",
        ["물길, 봄"],
    )


@pytest.mark.parametrize(
    "link", ["https://www.handeul.test/", "javascript:alert(1)", "http://[::1", ""]
)
def test_a_canonical_link_that_is_none(link):
    assert (
        read_head(
            parse(f'<link rel="canonical" href="{link}">'), "https://www.handeul.test/news/7"
        ).canonical
        is None
    )
