"""English editions of Korean outlets. All names and sentences are invented."""

import re
from datetime import UTC, datetime

import pytest

from processing.dates import parse_moment
from processing.reading import english
from processing.reading.extract import extract
from processing.reading.lines import is_foreign_sentence
from processing.records import Article, Page
from processing.rules import Rules

TITLE = "Hando to reopen buried stream next year"
TEXT = (
    "The city of Hando said Monday it will reopen a stream that has been buried under a road since the 1970s.",
    "Work is expected to begin next spring and last for three years, according to city officials.",
    "“We want to give children water they can step into,” Mayor Do Yun-jae told reporters.",
    "Environmental groups welcomed the plan but called for checks on factories upstream.",
)
BYLINES = [
    ("By Pyo Ga-ram", [("Pyo Ga-ram", None, None)]),
    ("BY PYO GA-RAM [pyo@handeul.test]", [("PYO GA-RAM", None, "pyo@handeul.test")]),
    ("By Pyo Ga-ram, staff reporter", [("Pyo Ga-ram", "staff reporter", None)]),
    (
        "By Pyo Ga-ram and So Ji-an, staff reporters",
        [("Pyo Ga-ram", "staff reporter", None), ("So Ji-an", "staff reporter", None)],
    ),
    (
        "By Pyo Ga-ram, So Ji-an [pyo@handeul.test, so@handeul.test]",
        [("Pyo Ga-ram", None, "pyo@handeul.test"), ("So Ji-an", None, "so@handeul.test")],
    ),
    ("Pyo Ga-ram (pyo@handeul.test)", [("Pyo Ga-ram", None, "pyo@handeul.test")]),
    ("Pyo Ga-ram, Hando News.", [("Pyo Ga-ram", None, None)]),
    ("By Korea Herald", []),
    ("By Monday the water will be back, the city said.", []),
    ("Pyo Ga-ram", []),
]


def read(body, *, info="", head=""):
    markup = (
        f'<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title><meta property="og:title" content="{TITLE}">'
        f'{head}</head><body><h1>{TITLE}</h1>{info}<div class="article_body">{body}</div></body></html>'
    )
    page = Page(
        url="https://en.handeul.test/1",
        fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        body=markup.encode(),
    )
    found = extract(page, Rules(english=True))
    assert isinstance(found, Article), found
    return found


def paragraphs(*lines):
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(("line", "wanted"), BYLINES)
def test_the_people_of_an_english_byline(line, wanted):
    assert [(one.name, one.role, one.email) for one in english.byline(line)] == wanted


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("Pyo Ga-ram", ["Pyo Ga-ram"]),
        ("Pyo Ga-ram, So Ji-an", ["Pyo Ga-ram", "So Ji-an"]),
        ("The Korea Times", []),
    ],
)
def test_a_field_of_english_names(field, wanted):
    assert [one.name for one in english.names(field)] == wanted


@pytest.mark.parametrize(
    "tail",
    [
        ["By Pyo Ga-ram (pyo@handeul.test)"],
        ["BY PYO GA-RAM [pyo@handeul.test]"],
        ["By Pyo Ga-ram", "(pyo@handeul.test)", "(END)"],
        [
            "By Pyo Ga-ram, staff reporter",
            "Please direct questions or comments to [english@handeul.test]",
        ],
    ],
)
def test_lines_after_an_english_text_go_and_name_its_author(tail):
    found = read(paragraphs(*TEXT, *tail))
    assert found.text.split("\n\n") == list(TEXT)
    assert [one.name.title() for one in found.authors] == ["Pyo Ga-Ram"]


@pytest.mark.parametrize(
    ("info", "head"),
    [
        ('<p class="byline">By <a href="/p">Pyo Ga-ram</a></p>', ""),
        ("<div><span>By Pyo Ga-ram</span> | <span>Published 2026.11.19. 10:00</span></div>", ""),
        ("", '<meta name="author" content="Pyo Ga-ram">'),
        (
            "",
            '<script type="application/ld+json">{"@type": "NewsArticle", "author": [{"name": "Pyo Ga-ram"}]}</script>',
        ),
    ],
)
def test_english_authors_are_read_where_they_stand(info, head):
    found = read(paragraphs(*TEXT[:-1], f"{TEXT[-1]} (pyo@handeul.test)"), info=info, head=head)
    assert found.text.split("\n\n") == list(TEXT)
    assert [(one.name, one.email) for one in found.authors] == [("Pyo Ga-ram", "pyo@handeul.test")]


@pytest.mark.parametrize(
    "head", ["SEOUL, Nov. 19 (Yonhap) -- ", "HANDO, South Korea, Nov. 19 (Yonhap) — "]
)
def test_an_english_dateline_is_cut_off(head):
    found = read(paragraphs(f"{head}{TEXT[0]}", *TEXT[1:], "(END)"))
    assert found.text.split("\n\n") == list(TEXT)
    assert (found.dateline, found.agency) == (head.strip(), "Yonhap")


@pytest.mark.parametrize("tail", [" (Yonhap)", " (AFP)", "</p><p>(Yonhap)"])
def test_a_wire_after_the_last_sentence_is_the_agency(tail):
    found = read(paragraphs(*TEXT[:-1], f"{TEXT[-1]}{tail}"))
    assert found.text.split("\n\n") == list(TEXT)
    assert found.agency in {"Yonhap", "AFP"}


@pytest.mark.parametrize(
    "caption",
    [
        "Mayor Do Yun-jae walks along the stream in Hando on Monday. (Hando City)",
        "Mayor Do Yun-jae walks along the stream in Hando on Monday. Courtesy of Hando City",
        "Mayor Do Yun-jae walks along the stream in Hando on Monday. [YONHAP]",
        "The stream in Hando / AP-Yonhap",
    ],
)
def test_an_english_line_with_a_credit_below_an_image_is_its_caption(caption):
    found = read(
        f"<p>{TEXT[0]}</p><div><img src=a.jpg></div><div>{caption}</div>{paragraphs(*TEXT[1:])}"
    )
    assert (found.text.split("\n\n"), found.captions) == (list(TEXT), (caption,))


@pytest.mark.parametrize(
    "stamp",
    [
        "Nov.19,2026 10:00 KST",
        "10:00 November 19, 2026",
        "November. 19, 2026 10:00",
        "19 Nov. 2026, 10:00",
    ],
)
def test_english_stamps(stamp):
    moment = parse_moment(stamp)
    assert moment is not None
    assert moment.at.isoformat() == "2026-11-19T10:00:00+09:00"


def test_posted_and_modified_on():
    info = (
        "<div>Posted on : Nov.18,2026 10:00 KST</div><div>Modified on : Nov.19,2026 12:00 KST</div>"
    )
    found = read(paragraphs(*TEXT), info=info)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.at.day, found.modified.at.hour) == (18, 12)


def test_latin_names_are_nobody_beside_a_korean_text():
    korean = "한들시가 묵은 물길을 다시 열기로 했다. 시는 21일 오전 시청에서 설명회를 열고 내년 봄부터 공사를 시작한다고 밝혔다."
    assert (
        read(
            paragraphs(korean, korean + " 끝이다."),
            head='<meta name="author" content="Handeul Labs">',
        ).authors
        == ()
    )


_SENTENCE = "The city of Handeul will uncover the old stream below its central market next spring."


def _body_of(markup, *, any_language=True):
    page = f"<html><body><h1>Old stream to be uncovered</h1><div class='story'>{markup}</div></body></html>"
    read = extract(
        Page(
            url="http://paper.test/1",
            fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
            body=page.encode(),
        ),
        Rules(any_language=any_language),
    )
    return read.text if isinstance(read, Article) else ""


@pytest.mark.parametrize(
    "kept",
    [
        # A question as a subhead after the text began, in a class that decks have elsewhere.
        "<h3 class='subtitle'>Who pays for the stream?</h3>",
        # A post from elsewhere, which its template names by the network.
        "<blockquote class='twitter-tweet'><p>Nobody asked the traders</p></blockquote>",
    ],
)
def test_marks_do_not_take_a_begun_text_apart(kept):
    paragraphs = f"<p>{_SENTENCE}</p>" * 3
    inner = re.sub("<[^>]+>", "", kept)
    assert inner in _body_of(f"<p>{_SENTENCE} It is a start.</p>{kept}{paragraphs}")


def test_the_classes_of_a_tables_cells_are_its_design():
    rows = "".join(
        f"<tr><td class='rank'>{number}</td><td class='hot'>Trader {number} of the old market</td></tr>"
        for number in range(1, 30)
    )
    text = _body_of(f"<p>{_SENTENCE}</p><table>{rows}</table><p>{_SENTENCE} More follows.</p>")
    assert "Trader 17 of the old market" in text


def test_sentences_of_other_alphabets_are_text():
    told = "Город откроет старый ручей под центральным рынком уже следующей весной, сказал мэр."
    menu = "".join(f"<li><a href='/{n}'>Раздел номер {n}</a></li>" for n in range(8))
    text = _body_of(f"<p>{told}</p><p>{told} Так решил совет.</p><ul>{menu}</ul>")
    assert text.count("старый ручей") == 2
    assert "Раздел" not in text


@pytest.mark.parametrize(
    "line",
    [
        "Retaliatory tariffs imposed by China have particularly hurt many U.S. farmers.",
        "More than 3.5 million of them were sold on example.com in the first month.",
    ],
)
def test_a_full_stop_inside_an_abbreviation_ends_no_sentence(line):
    assert is_foreign_sentence(line)
