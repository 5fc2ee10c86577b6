"""Every sentence of a body ends in one place: text, a field, or the ledger under the name of a rule."""

from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.inspection.explain import explained
from processing.reading.extract import explain, extract
from processing.reading.tree import text_of
from processing.records import Article, Confidence, Kind, Page, Reason, Rejection
from tests.processing.reading.stories import MOUNTAIN, Story

MOMENT = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
SENTENCES = (
    "한들시는 21일 묵은 물길을 다시 열었다고 밝혔다.",
    "시는 다리 밑에 쌓인 흙을 파낸 뒤 물길을 넓히는 공사를 서두르고 있다.",
    "여름이 오기 전에는 아이들도 물가에서 놀 수 있다.",
    "이대로라면 공사는 가을까지 이어질 것으로 보인다.",
    "주민들은 “냄새가 줄어서 살 것 같다”며 반겼다.",
    "상인들은 손님이 늘기를 기다리고 있습니다.",
    "물길 옆에는 열두 그루 버드나무가 서 있다.",
    "그는 왜 이제야 여는지 묻고 싶다고 했다.",
)
BYLINES = (
    "",
    " 표가람 기자",
    " 표가람 기자 garam@handeul.test",
    " 글·사진=표가람 기자 garam@",
    " 연합뉴스",
    "<br><br>[표가람 한들스타 기자]",
    "<br><br>표가람 / 사진제공 한들시청",
    "<br><br>garam@handeul.test",
)
SEPARATORS = ("<br>", "<br><br>", "</p><p>", "</p>\n<p class='related'>", "</div><div class='par'>")


def page(body: str, title: str = Story().title, head: str = "") -> Page:
    declared = head or (
        f'<title>{title} - 한들신문</title><meta property="og:title" content="{escape(title)}">'
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-21T14:05:33+09:00">'
    )
    markup = (
        f'<html lang="ko"><head><meta charset="utf-8">{declared}</head><body>{body}</body></html>'
    )
    return Page(url="https://www.handeul.test/news/7", fetched_at=MOMENT, body=markup.encode())


def article(body: str, title: str = Story().title, head: str = "") -> Article:
    record = extract(page(body, title, head))
    assert isinstance(record, Article), record
    return record


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=8, unique=True),
    st.sampled_from(BYLINES),
    st.sampled_from(SEPARATORS),
    st.booleans(),
)
def test_no_sentence_vanishes_and_none_stands_twice(sentences, byline, separator, pictured):
    image = '<img src="a.jpg"><br>' if pictured else ""
    tag = "div class='par'" if "div" in separator else "p"
    inner = separator.join(sentences) + byline
    markup = f"<h1>{Story().title}</h1><div id='x'>{image}<{tag}>{inner}</{tag.split(maxsplit=1)[0]}></div>"
    record, reading = explain(page(markup))
    assert isinstance(record, Article)
    lines = explained(reading, record).lines
    for sentence in sentences:
        places = [line.fate for line in lines if sentence in line.text]
        assert len(places) == 1, (sentence, places)
        assert places[0] in {"text", "caption"}
        # A caption needs a picture: only the sentence right beside it may be one.
        assert places[0] == "text" or (pictured and sentence == sentences[0])
    assert "기자" not in record.text
    assert "@" not in record.text


def test_the_ledger_names_the_rule_and_the_archive_keeps_counts_alone():
    related = "<p>[관련기사]</p><p><a href=/1>다른 글의 제목이 여기 있다</a></p>"
    markup = f"<h1>{Story().title}</h1><div id=x>{'<br>'.join(MOUNTAIN)}{related}</div>"
    record, reading = explain(page(markup))
    assert isinstance(record, Article)
    assert {one.rule: one.count for one in record.dropped} == {"links": 1, "related": 1}
    account = explained(reading, record)
    assert ("dropped: related", "[관련기사]") in account.lines
    assert "dropped: related" in account.as_text()


def test_the_html_account_runs_nothing_and_loads_nothing():
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=y&gt;"
    record, reading = explain(
        page(f"<h1>{Story().title}</h1><div>{'<br>'.join(MOUNTAIN)}<p>{hostile}</p></div>")
    )
    account = explained(reading, record).as_html()
    assert "<script" not in account
    assert "<img" not in account
    assert "default-src 'none'" in account
    assert all(escape(text) in account for text in MOUNTAIN)


@pytest.mark.parametrize(
    "tail",
    [
        "<a href=/t/1>물길</a> | <a href=/t/2>다리</a> | <a href=/t/3>한들시</a>",
        "<a href=/t/1>물길</a> · <a href=/t/2>다리</a>",
        "한들신문 채널 구독 / 뉴스스탠드 구독",
        "자료제공: 물길과 (000-1234)",
        "※ 사진 있음. (업무담당자 물길과 표가람 ☎000-000-3192)",
        "담당부서 물길국 물길과 전화 000-000-8262",
        '본 저작물은 "공공누리" 제4유형 조건에 따라 이용 할 수 있습니다.',
    ],
)
def test_lines_of_the_template_behind_the_text_go(tail):
    record = article(
        f"<h1>{Story().title}</h1><div id=x>{'<br><br>'.join(MOUNTAIN)}<br><br>{tail}</div>"
    )
    assert record.text == Story().text
    assert record.dropped


def test_a_caption_glued_to_byline_and_lead_is_split():
    first, *others = MOUNTAIN
    glued = f'<img src="a.jpg"><br>▲ 묵은 물길[한들신문=표가람 기자] {first}'
    record = article(f"<h1>{Story().title}</h1><div id=x>{'<br>'.join([glued, *others])}</div>")
    assert record.text == Story().text
    assert [one.name for one in record.authors] == ["표가람"]


@pytest.mark.parametrize(
    ("inside", "caption"),
    [
        ('<a class="zoom">이미지 확대하기</a><figcaption>사진 확대 새로 연 물길.</figcaption>', "새로 연 물길."),
        ("<button>이 사진을 크게</button><figcaption>새로 연 물길.</figcaption>", "새로 연 물길."),
        ("<button><span>이 사진을 크게</span></button><i>새로 연 물길.</i>", "새로 연 물길."),
        ("<span>이전</span><span>다음</span><em>1 / 3</em><p>새로 연 물길.</p>", "새로 연 물길."),
        ("<figcaption><a>원본보기 다운로드</a> 새로 연 물길.</figcaption>", "새로 연 물길."),
        ("<figcaption><em>사진</em> 한들시 제공</figcaption>", "사진 한들시 제공"),
        ("<figcaption><a>확대된 물길</a> 앞의 시민들.</figcaption>", "확대된 물길 앞의 시민들."),
        # What is said of a picture may stand on a button: alone, or as a sentence.
        ("<button>새로 연 물길</button><span>확대</span>", "새로 연 물길"),
        ("<button>시민들이 걷고 있다.</button><p>물길.</p>", "시민들이 걷고 있다. 물길."),
        (f"<button>{'물' * 31}</button><p>물길.</p>", f"{'물' * 31} 물길."),
    ],
)  # fmt: skip
def test_buttons_of_the_picture_viewer_are_no_caption(inside: str, caption: str) -> None:
    figure = f'<figure><img src="a.jpg">{inside}</figure>'
    record = article(f"<h1>{Story().title}</h1><div id=x>{figure}{'<br>'.join(MOUNTAIN)}</div>")
    assert (record.captions, record.text) == ((caption,), Story().text)


def test_verse_stays():
    verse = "<p>물가에 기대어 소리를 듣는다<br>솔바람이 먼저 다리를 건너고</p><p>-표가람 ‘물길’</p>"
    record = article(
        f"<h1>[시가 있는 아침] 물길</h1><div class=t>{verse}<p>{MOUNTAIN[0]}</p></div>"
    )
    assert "물가에 기대어 소리를 듣는다" in record.text


def test_an_obituary_of_one_line_is_an_article():
    line = "▲표돌쇠씨 별세, 표가람(한들신문 기자)씨 부친상=3일 한들병원 장례식장 2호실, 발인 5일 오전 7시"
    record = article(
        f"<h1>[부고] 표가람 씨 부친상</h1><div>{line}</div>", "[부고] 표가람 씨 부친상"
    )
    assert (record.text, record.kind) == (line, Kind.OBITUARY)


def test_a_video_page_is_kept_with_the_line_that_it_says():
    said = "물길을 뛰어 건너는 고라니 한 마리"
    player = '<div class="player"><iframe src="https://video.test/1"></iframe></div>'
    foot = "<div>Copyrights ⓒ 한들TV. 무단전재 및 재배포 금지</div>"
    record = article(
        f"<h1>물길의 고라니</h1>{player}<div class=b><div class=txt>{said}</div>{foot}</div>",
        "물길의 고라니",
    )
    assert record.text == said


def test_the_only_address_is_that_of_the_only_author():
    lines = "<br><br>".join(
        [f"(한들=연합뉴스) 표가람 기자 = {MOUNTAIN[0]}", *MOUNTAIN[1:], "garam@yna.test"]
    )
    record = article(f"<h1>{Story().title}</h1><div id=x>{lines}</div>")
    assert [(one.name, one.email) for one in record.authors] == [("표가람", "garam@yna.test")]


def test_a_contributor_is_the_author_and_no_deck():
    deck = '<strong class="media_end_summary">표가람 한들시 물길국장</strong>'
    record = article(
        f"<h1>물길 [기고]</h1><div id=x>{deck}{'<br>'.join(MOUNTAIN)}</div>", "물길 [기고]"
    )
    assert [one.name for one in record.authors] == ["표가람"]
    assert record.subtitle == ()


@pytest.mark.parametrize(
    "name", ["한들신문", "상세 - 한들군", "보도자료 < 한들소식 < 열린군정 < 한들군청"]
)
@pytest.mark.parametrize(
    "heading",
    [
        "<h3>{}</h3>",
        "<div class='view-tit'><h4>{}</h4></div>",
        "<table><tr><th>제목</th><td>{}</td></tr></table>",
    ],
)
def test_a_title_of_site_words_gives_way_to_the_heading_above_the_text(name, heading):
    body = (
        f"<h1>저장한 글 보기</h1>{heading.format(Story().title)}<span>[한들신문] 2026-03-21 03면 412자</span>"
        f"<div class=c>{'<br>'.join(MOUNTAIN)}</div>"
    )
    record = article(body, head=f"<title>{escape(name)}</title>")
    assert (record.title, record.text) == (Story().title, Story().text)


@pytest.mark.parametrize("tag", ["li", "div class=item", "article"])
def test_a_page_of_leads_is_a_list(tag):
    items = "".join(
        f"<{tag}><strong><a href=/{n}>물길 소식 {n}째 이야기</a></strong><p>{line} {n}째 날의 일이었다고 한다.</p></{tag.split()[0]}>"
        for n, line in enumerate(MOUNTAIN)
    )
    record = extract(
        page(f"<h2>지역 소식</h2><div>{items}</div>", head="<title>지역 소식 | 한들신문</title>")
    )
    assert isinstance(record, Rejection)
    assert record.reason is Reason.LIST_PAGE


def test_reading_on_appends_nothing():
    parts = [
        ("물길", MOUNTAIN),
        ("장터", ("장터가 새로 열렸다고 한다.", "상인들은 반겼다고 전했다.")),
    ]
    sections = "".join(
        f"<section class=art><h2>{Story().title if name == '물길' else '장터 새 단장'}</h2><p>{'</p><p>'.join(lines)}</p></section>"
        for name, lines in parts
    )
    assert article(f"<div>{sections}</div>").text == Story().text


def test_agreeing_readings_are_sure_and_a_text_beside_its_description_is_doubtful():
    sure = article(f"<h1>{Story().title}</h1><div class=c><p>{'</p><p>'.join(MOUNTAIN)}</p></div>")
    assert (sure.reading_confidence, sure.reading_reasons) == (Confidence.SURE, ())
    assert sure.extractor == "trafilatura"
    listed = "".join(
        f"<li><b><a href=/{n}>물길 소식 {n}째 이야기</a></b><p>{line}</p></li>"
        for n, line in enumerate(MOUNTAIN)
    )
    doubtful = article(f"<h1>{Story().title}</h1><ul>{listed}</ul>")
    assert doubtful.reading_confidence is Confidence.DOUBTFUL
    assert doubtful.reading_reasons


@pytest.mark.parametrize(
    "shown",
    [
        "<ul><li>등록부서 : 물길과</li><li>연락처: 02-000-3192</li></ul>",
        "<p>등록부서 : 물길과 | 연락처 : 02-000-3192 | 조회 : 7</p>",
        "<p>조회 : 7 등록부서 : 물길과 연락처 : 02-000-3192</p>",
        "<p>등록부서：물길과<br>연락처：02-000-3192</p>",
    ],
)
@pytest.mark.parametrize("place", ["above", "in the text", "below"])
def test_labels_with_a_colon_become_fields(shown: str, place: str) -> None:
    parts = [f"<p>{'</p><p>'.join(MOUNTAIN)}</p>"]
    if place == "in the text":
        parts[0] += shown
    else:
        parts.insert(0 if place == "above" else 1, shown)
    blocks = "".join(f"<div>{part}</div>" for part in parts)
    record = article(f"<h1>{Story().title}</h1><div>{blocks}</div>")
    assert record.text == Story().text
    assert {one.label: one.value for one in record.details} == {
        "등록부서": "물길과", "연락처": "02-000-3192",
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "이 페이지에서 제공하는 정보에 만족하십니까? <label>매우만족</label><label>만족</label><label>보통</label>",
        "붙임 : 사진 2매. 끝.", "첨부파일 물길.hwp (120KB)", "[사진] 새로 연 물길",
    ],
)  # fmt: skip
def test_what_a_board_adds_below_a_text_brings_none_of_its_rows_in(line: str) -> None:
    rows = "<ul><li><em>작성자</em> 나그네</li><li><em>등록부서</em> 물길과</li><li>조회수 : 42</li></ul>"
    text = f"<div>{'<br>'.join(MOUNTAIN)}</div><div>{line}</div>"
    record = article(
        f"<div><h2>보도자료</h2><p>{Story().title}</p>{rows}{text}</div>",
        head="<title>한들시</title>",
    )
    assert record.text == Story().text
    assert [(one.label, one.value) for one in record.details] == [
        ("작성자", "나그네"),
        ("등록부서", "물길과"),
    ]


@pytest.mark.parametrize(
    ("above", "title", "kind"),
    [
        ("<h2>보도자료</h2>", "한들시", Kind.PRESS_RELEASE),
        ('<div class="path">홈 &gt; 소식 &gt; 보도자료</div>', "한들시", Kind.PRESS_RELEASE),
        ("", "알림마당>뉴스>보도자료 > 상세", Kind.PRESS_RELEASE),
        ("<h2>새소식</h2>", "한들시", Kind.ARTICLE),
    ],
)
def test_a_board_of_press_releases_is_known_by_its_heading_or_its_trail(
    above: str, title: str, kind: Kind
) -> None:
    rows = "<dl><dt>작성자</dt><dd>나그네</dd><dt>등록부서</dt><dd>물길과</dd></dl>"
    page = f"{above}<h3>{Story().title}</h3>{rows}<div>{'<br>'.join(MOUNTAIN)}</div>"
    assert article(page, head=f"<title>{title}</title>").kind is kind


def test_a_newspapers_list_of_press_releases_beside_an_article_says_nothing_of_it() -> None:
    page = f"<h1>{Story().title}</h1><div>{'<br>'.join(MOUNTAIN)}</div><h3>보도자료</h3><ul><li>다리 놓는다</li></ul>"
    assert article(page).kind is Kind.ARTICLE


def test_what_an_article_says_of_an_event_stays() -> None:
    event = "일시 : 4월 2일 오후 2시 장소 : 한들시청 문의 : 02-000-3192 등록부서 : 물길과"
    record = article(
        f"<h1>{Story().title}</h1><div><p>{'</p><p>'.join(MOUNTAIN)}</p><p>{event}</p></div>"
    )
    assert record.text == f"{Story().text}\n\n{event}"


def test_one_label_alone_or_a_value_as_long_as_a_line_is_no_field() -> None:
    text = f"<div><p>{'</p><p>'.join(MOUNTAIN)}</p></div>"
    for above in (
        "문의 : 02-000-3192", f"문의 : 02-000-3192 | 담당 : {'물' * 61}", "오전 : 비 | 오후 : 갬",
    ):  # fmt: skip
        assert article(f"<h1>{Story().title}</h1><p>{above}</p>{text}").details == ()
    within = f"문의 : 02-000-3192 | 담당 : {'물' * 60}"
    assert len(article(f"<h1>{Story().title}</h1><p>{within}</p>{text}").details) == 2


def test_labelled_rows_of_a_board_become_fields():
    rows = [
        ("등록부서", "물길과"),
        ("연락처", "02-000-3192"),
        ("등록일", "2026-03-21 14:05"),
        ("제목", Story().title),
    ]
    table = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in rows)
    cell = f"<tr><th>내용</th><td>{'<br>'.join(MOUNTAIN)}</td></tr>"
    record = article(f"<table>{table}{cell}</table>", head="<title>보도자료 < 한들군청</title>")
    assert [(one.label, one.value) for one in record.details] == rows[:3]
    assert (record.title, record.text) == (Story().title, Story().text)
    assert record.published is not None
    assert record.published.at.isoformat() == "2026-03-21T14:05:00+09:00"


@pytest.mark.parametrize(
    "zero", ["1970-01-01T00:00:00+00:00", "1970-01-01 09:00:00", "0001-01-01T00:00:00"]
)
def test_a_zero_date_is_none(zero):
    head = (
        f'<title>{Story().title}</title><meta property="og:title" content="{Story().title}">'
        f'<meta property="article:published_time" content="{zero}">'
    )
    record = article(
        f"<h1>{Story().title}</h1><p>입력 2026.03.21 14:05</p><div>{'<br>'.join(MOUNTAIN)}</div>",
        head=head,
    )
    assert record.published is not None
    assert record.published.at.isoformat() == "2026-03-21T14:05:00+09:00"


def smallest_with(root, lines):
    """Return the smallest element of a page whose text holds all `lines`."""
    holding = [
        element for element in root.iter() if all(line in text_of(element) for line in lines)
    ]
    return min(reversed(holding), key=lambda element: len(text_of(element)))


PARTS = (
    "<p>{}</p>",
    "<div class='par'>{}</div>",
    "<blockquote><p>{}</p></blockquote>",
    "<section><h3>물가에서</h3><p>{}</p></section>",
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), min_size=4, max_size=8, unique=True),
    st.lists(st.sampled_from(PARTS), min_size=8, max_size=8),
    st.integers(0, 3),
    st.sampled_from(["div class='view'", "article", "div", "td"]),
)
def test_the_place_of_a_body_never_shrinks_below_its_text(sentences, parts, lead, holder):
    paragraphs = [part.format(sentence) for part, sentence in zip(parts, sentences, strict=False)]
    lead_part = f"<div class='lead'>{''.join(paragraphs[:lead])}</div>" if lead else ""
    tag = holder.partition(" ")[0]
    inner = f"<{holder}>{lead_part}<div>{''.join(paragraphs[lead:])}</div></{tag}>"
    menu = "".join(f"<li><a href='/{number}'>다른 소식 {number}</a></li>" for number in range(20))
    body = f"<table><tr>{inner}</tr></table>" if tag == "td" else inner
    record, reading = explain(page(f"<ul>{menu}</ul><h1>{Story().title}</h1>{body}"))
    assert isinstance(record, Article)
    smallest = smallest_with(reading.root, sentences)
    assert smallest in {reading.place.element, *reading.place.element.iterdescendants()}
    fates = {line.text: line.fate for line in explained(reading, record).lines}
    told = [text for text in fates if any(sentence in text for sentence in sentences)]
    assert len(told) >= len(sentences)
    assert "outside" not in {fates[text] for text in told}


def test_what_stands_beyond_paragraphs_of_one_make_is_dropped_under_a_name_of_its_own():
    parts = "".join(f"<div class='par'>{escape(text)}</div>" for text in MOUNTAIN)
    words = "<div class='foot'>물빛로 1 우편함</div>"
    read = article(f"<h1>{Story().title}</h1><div class='view'>{parts}{words}</div>")
    assert read.text == Story().text
    assert [(drop.rule, drop.count) for drop in read.dropped] == [("beyond-paragraphs", 1)]
